// Follows an import: asks how far it is once a second and opens the page again when it has ended.
"use strict";

(() => {
  const panel = document.querySelector("[data-progress]");
  if (!panel) return;
  const told = panel.querySelector(".progress-told");
  const bar = panel.querySelector("progress");
  let wait = 1000;

  const look = async () => {
    try {
      const answer = await fetch(panel.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const progress = await answer.json();
      if (progress.final) {
        window.location.reload();
        return;
      }
      told.textContent = progress.told;
      if (progress.percent === null) bar.removeAttribute("value");
      else bar.value = progress.percent;
      wait = 1000;
    } catch {
      // The server is away for a moment: ask less often, the import goes on without us.
      wait = Math.min(wait * 2, 15000);
    }
    window.setTimeout(look, wait);
  };
  window.setTimeout(look, 500);
})();
