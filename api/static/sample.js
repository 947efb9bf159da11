// Looking at a drawn dossier: one key when it is as it should be, one and a word when it is not.
"use strict";
(() => {
  const form = document.getElementById("marking"), note = document.getElementById("note");
  const passed = document.getElementById("passed"), failed = document.getElementById("failed");
  let wrong = false; // the word that is being typed says what is wrong
  const follow = (name) => { const link = document.getElementById(name); if (link) location.assign(link.href); };
  form.addEventListener("submit", (event) => {
    note.required = event.submitter === failed;
    if (!form.reportValidity()) event.preventDefault();
  });
  failed.addEventListener("click", (event) => {
    if (note.value.trim()) return;
    event.preventDefault();
    wrong = true;
    note.focus();
  });
  passed.addEventListener("click", () => { note.required = false; });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.target === note) {
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); wrong = false; note.blur(); }
      if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); (wrong ? failed : passed).click(); }
      return;
    }
    const act = {
      a: () => passed.click(), x: () => { wrong = true; note.focus(); note.select(); },
      j: () => follow("next"), k: () => follow("previous"),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
  form.dataset.ready = "1";
})();
