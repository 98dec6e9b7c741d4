// The page works without this: it only says where an answer begins, and that none came.
(function () {
  "use strict";
  const away = () => document.getElementById("away");

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "answer") return;
    away().hidden = true;
    document.getElementById("drugs").replaceChildren();
    document.getElementById("whole").className = "asked";
    // Where the reader is now: a screen reader begins here, and so does the eye.
    const answer = document.getElementById("answer");
    answer.focus({ preventScroll: true });
    answer.scrollIntoView({ block: "nearest" });
  });

  // What the server says of a fault stands on a page of its own; where nothing came at all this page says so.
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.elt.matches("form")) window.location.assign(event.detail.pathInfo.finalRequestPath);
  });
  for (const fault of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(fault, (event) => {
      if (!event.detail.elt.matches("form")) return;
      document.getElementById("answer").replaceChildren();
      away().hidden = false;
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.getElementById("drugs").replaceChildren();
  });
})();
