// Tells each benefit anew a moment after a field is changed. Without it, 预览 does the same.
"use strict";

(() => {
  const form = document.querySelector("form[data-terms]");
  if (!form) return;
  let waiting;
  let asked = 0;

  const look = async () => {
    const turn = ++asked;
    const sent = new URLSearchParams(new FormData(form));
    sent.set("do", "preview");
    try {
      const answer = await fetch(window.location.href, { method: "POST", body: sent });
      if (!answer.ok || turn !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const told = page.querySelectorAll("[data-live]");
      const here = form.querySelectorAll("[data-live]");
      if (told.length !== here.length) return;
      here.forEach((sentence, place) => sentence.replaceChildren(...told[place].childNodes));
    } catch {
      // The server is away for a moment: the sentences stay as they are, and the button asks again.
    }
  };
  form.addEventListener("change", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(look, 300);
  });
})();
