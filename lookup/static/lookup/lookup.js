// The page works without this: it says where an answer begins and that none came, and lets names be chosen while one is written.
(function () {
  "use strict";
  const away = () => document.getElementById("away");

  // The names that a text may become: the list is a listbox of links, gone through by arrows or Tab.
  const input = () => document.getElementById("drug");
  const list = () => document.getElementById("drugs");
  let writing = false; // a name is being written, so that what comes late for another is left out
  const choose = (option) => {
    for (const one of list().children) one.setAttribute("aria-selected", String(one === option));
    if (option) {
      input().setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input().removeAttribute("aria-activedescendant");
  };
  const show = () => {
    const any = writing && list().childElementCount > 0;
    list().hidden = !any;
    if (!any) choose(null);
  };
  const close = () => {
    writing = false;
    list().replaceChildren();
    show();
  };

  document.addEventListener("input", (event) => {
    if (event.target.id === "drug") writing = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "drug" || event.isComposing) return;
    const options = [...list().children];
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "Escape" && !list().hidden) {
      close();
      event.preventDefault();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      // Before the first and behind the last one is what stands in the field itself.
      const next = (at + 1 + step + options.length + 1) % (options.length + 1);
      choose(next ? options[next - 1] : null);
      event.preventDefault();
    } else if (event.key === "Enter" && at >= 0) {
      options[at].click();
      event.preventDefault();
    }
  });
  // A press on a name must not take the field's focus, which would close the list before it is chosen.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest("#drugs")) event.preventDefault();
  });
  document.addEventListener("focusout", (event) => {
    const to = event.relatedTarget;
    const within = event.target.id === "drug" || event.target.closest("#drugs");
    if (within && !(to && to.closest("#drugs"))) close();
  });
  document.addEventListener("submit", close);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.matches("form")) close();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "drugs" && !writing) event.detail.shouldSwap = false;
  });

  // What takes long is said to be under way; what comes at once does not flicker.
  let waiting = 0;
  const rest = () => {
    clearTimeout(waiting);
    document.getElementById("busy").textContent = "";
    document.getElementById("answer").removeAttribute("aria-busy");
  };
  const wait = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const busy = document.getElementById("busy");
      busy.textContent = busy.dataset.busy;
      document.getElementById("answer").setAttribute("aria-busy", "true");
      busy.scrollIntoView({ block: "nearest" });
    }, 300);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.matches("form")) wait();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.matches("form")) rest();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="/?"]');
    if (link && !event.defaultPrevented && !event.button && !(event.ctrlKey || event.metaKey || event.shiftKey)) wait();
  });
  window.addEventListener("pageshow", rest); // come back to by the browser's own button

  // A link to a field opens what the field is folded in, and puts the cursor there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-field]");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const folded = field.closest("details");
    if (folded) folded.open = true;
    field.focus();
    field.scrollIntoView({ block: "center" });
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "drugs") show();
    if (event.detail.target.id !== "answer") return;
    away().hidden = true;
    close();
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
})();
