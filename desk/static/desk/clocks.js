// Sliders over the two date fields of a page: drag to a day, let go, and the page of that day is shown. Without this the fields are all there is.
"use strict";

const DAY = 86400000;
const days = (text) => Date.parse(`${text}T00:00:00Z`) / DAY;
const text = (day) => new Date(day * DAY).toISOString().slice(0, 10);

for (const form of document.querySelectorAll("[data-clocks]")) {
  for (const field of form.querySelectorAll("input[type=date]")) {
    const slider = document.createElement("input");
    slider.type = "range";
    slider.className = "clock-slider";
    slider.min = days(form.dataset.first);
    slider.max = days(field.max || form.dataset.last);
    slider.value = days(field.value);
    slider.setAttribute("aria-label", field.closest("label").firstChild.textContent.trim());
    slider.setAttribute("aria-valuetext", field.value);
    slider.addEventListener("input", () => {
      field.value = text(Number(slider.value));
      slider.setAttribute("aria-valuetext", field.value);
    });
    slider.addEventListener("change", () => form.requestSubmit());
    field.addEventListener("change", () => {
      if (field.value) slider.value = days(field.value);
    });
    field.closest("label").after(slider);
  }
}
