// Looking at a sampled document: the place of each field on the image, and one key when nothing is wrong.
"use strict";
(() => {
  const form = document.getElementById("judging"), view = window.pageView;
  const rows = [...form.querySelectorAll("[data-spots]")];
  let current = -1;
  function look(index) {
    current = Math.min(Math.max(index, 0), rows.length - 1);
    rows.forEach((row, at) => row.classList.toggle("now", at === current));
    rows[current].scrollIntoView({ block: "nearest" });
    const spots = JSON.parse(rows[current].dataset.spots);
    if (view && spots.length) view.look(spots);
  }
  rows.forEach((row, index) => row.addEventListener("click", () => look(index)));
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const typing = /^(INPUT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    const passed = document.getElementById("passed"), failed = document.getElementById("failed");
    const wrong = form.querySelector("input[name=wrong]:checked");
    const act = {
      Escape: () => location.assign(document.getElementById("back").href),
      PageDown: () => view && view.step(1), PageUp: () => view && view.step(-1),
    }[event.key] || (event.key === "Enter" && event.ctrlKey ? () => { const button = wrong ? failed : passed; if (button) button.click(); } : null)
      || (typing ? null : { ArrowDown: () => look(current + 1), ArrowUp: () => look(current - 1), x: () => { const box = rows[current] && rows[current].querySelector("input"); if (box) box.checked = !box.checked; } }[event.key]);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
  if (rows.length) look(0);
  form.dataset.ready = "1";
})();
