// Keys for the whole desk, and the small things every page shares. Nothing here is needed to read a page.
"use strict";
(() => {
  const typing = (element) => element && (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable);
  const follow = (selector) => { const link = document.querySelector(selector); if (link) link.click(); return Boolean(link); };
  const hits = () => [...document.querySelectorAll("[data-hit]")];
  let chosen = -1;

  function choose(step) {
    const all = hits();
    if (!all.length) return;
    chosen = Math.min(Math.max(chosen + step, 0), all.length - 1);
    document.querySelectorAll(".hit.on").forEach((hit) => hit.classList.remove("on"));
    const hit = all[chosen].closest(".hit");
    if (hit) hit.classList.add("on");
    all[chosen].focus({ preventScroll: true });
    (hit || all[chosen]).scrollIntoView({ block: "nearest" });
    sessionStorage.setItem("luutru:chosen:" + location.search, String(chosen));
  }

  const keysDialog = document.getElementById("keys");
  const showKeys = () => keysDialog && !keysDialog.open && keysDialog.showModal();
  document.querySelectorAll("[data-keys]").forEach((button) => button.addEventListener("click", showKeys));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(document.activeElement)) { document.activeElement.blur(); return; }
    if (typing(event.target) || (keysDialog && keysDialog.open)) return;
    const act = {
      "/": () => { const box = document.getElementById("q"); if (box) { box.focus(); box.select(); } else location.assign("/search"); },
      j: () => choose(1),
      k: () => choose(-1),
      n: () => follow("[data-next]") || follow("a.button[rel=next]"),
      p: () => follow("[data-previous]") || follow("a.button[rel=prev]"),
      u: () => follow("[data-back]"),
      "?": showKeys,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // Coming back from a page, the hit that was opened is still the chosen one.
  const before = sessionStorage.getItem("luutru:chosen:" + location.search);
  if (before !== null && performance.getEntriesByType("navigation")[0]?.type === "back_forward") { chosen = Number(before) - 1; choose(1); }

  // On a phone the facets start folded; results come first.
  if (matchMedia("(max-width: 48rem)").matches) document.querySelectorAll("[data-fold-on-phone]").forEach((fold) => { fold.open = false; });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.account[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  // A proposal beside a form is put into it by a button.
  document.querySelectorAll("[data-fill]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => Object.entries(JSON.parse(button.dataset.fill)).forEach(([name, value]) => { button.form.elements[name].value = value; }));
  });

  const token = document.querySelector("meta[name=csrf]");
  document.addEventListener("htmx:configRequest", (event) => { if (token) event.detail.headers["X-CSRF"] = token.content; });
  document.addEventListener("htmx:responseError", (event) => {
    const words = event.detail.elt.dataset.failed;
    if (!words) return;
    const notice = document.createElement("div");
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.textContent = words;
    event.detail.elt.replaceChildren(notice);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const box = event.detail.elt;
    if (box.id === "q" && box.value.trim().length < 2) event.preventDefault();
  });
})();
