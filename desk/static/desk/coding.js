// Keys of the coding desk (a accept, e edit, s or j skip, k back), and looking diseases up while typing. Without it, the buttons do the same.
"use strict";

(() => {
  const form = document.querySelector("form[data-coding]");
  if (!form) return;
  const look = form.querySelector("[data-look]");
  const edit = form.querySelector("[data-key=e]");
  edit.hidden = false;
  edit.addEventListener("click", () => look.focus());

  const isTyping = (target) =>
    target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
    if (isTyping(event.target) || event.isComposing) return;
    const key = event.key.toLowerCase();
    const button = form.querySelector(`[data-key="${CSS.escape(key)}"], [data-also="${CSS.escape(key)}"]`);
    if (!button || key.length !== 1) return;
    event.preventDefault();
    button.click();
  });

  const list = document.getElementById("coding-found");
  const codes = form.querySelector("[data-codes]");
  const known = new Map();
  const add = (code, name) => {
    const old = [...codes.querySelectorAll("input")].find((one) => one.value === code);
    if (old) {
      old.checked = true;
    } else {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "icd10", value: code, checked: true });
      const bold = Object.assign(document.createElement("b"), { className: "code", textContent: code });
      label.className = "tick tick-found";
      label.append(box, " ", bold, ` ${name}`);
      codes.append(label);
    }
    look.value = "";
    list.replaceChildren();
  };
  let waiting;
  let asked = 0;
  const find = async () => {
    const turn = ++asked;
    try {
      const answer = await fetch(`${look.dataset.look}?q=${encodeURIComponent(look.value)}`);
      if (!answer.ok || turn !== asked) return;
      const { found } = await answer.json();
      known.clear();
      list.replaceChildren(
        ...found.map(({ code, name, word }) => {
          const said = `${code} ${name}`;
          known.set(said, [code, name]);
          return Object.assign(document.createElement("option"), { value: said, label: word ? `${said}（${word}）` : said });
        }),
      );
    } catch {
      // The server is away for a moment: the button asks again.
    }
  };
  look.addEventListener("input", () => {
    const chosen = known.get(look.value);
    if (chosen) {
      add(...chosen);
      return;
    }
    window.clearTimeout(waiting);
    if (look.value.trim()) waiting = window.setTimeout(find, 150);
  });
  // Enter in the field of the look-up takes the first that was found; it never accepts the whole text.
  look.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const first = known.values().next().value;
    if (first && look.value.trim()) add(...first);
    else form.querySelector("button[name=look]").click();
    known.clear();
  });
})();
