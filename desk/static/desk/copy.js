// Copies the key shown once; where the browser does not let us, the text is selected for Ctrl+C.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const shown = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(shown.textContent.trim());
      button.textContent = button.dataset.done;
    } catch {
      window.getSelection().selectAllChildren(shown);
    }
  });
}
