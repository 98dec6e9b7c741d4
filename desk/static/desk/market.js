// Draws the cut anew while a threshold is typed: the page of the new address is fetched, and the figures with their picture are taken from it.
"use strict";

(() => {
  const form = document.querySelector("form[data-live]");
  if (!form) return;
  const parts = [form.dataset.live, "rows"];
  let waiting = 0;
  let latest = 0;

  const draw = async () => {
    if (!form.checkValidity()) return;
    const address = `${window.location.pathname}?${new URLSearchParams(new FormData(form))}`;
    const mine = ++latest;
    try {
      const answer = await fetch(address);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== latest) return;
      for (const id of parts) document.getElementById(id).replaceWith(page.getElementById(id));
      const days = page.querySelector("form[action$='#days']");
      document.querySelector("form[action$='#days']").setAttribute("action", days.getAttribute("action"));
      window.history.replaceState(null, "", address);
    } catch {
      // The button draws it too.
    }
  };
  form.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(draw, 300);
  });
})();
