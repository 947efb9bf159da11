// A stack of pages by the keyboard: S cuts, X says no, M merges, Alt and an arrow move a page, Z takes it back.
"use strict";
(() => {
  const token = document.querySelector("meta[name=csrf]").content;
  const stack = () => document.getElementById("stack");
  const pages = () => [...stack().querySelectorAll("[data-page]")];
  const now = () => stack().querySelector(".leaf-page.now") || pages()[0];
  let busy = false;

  async function act(name, page, to = "") {
    if (busy) return;
    busy = true;
    const body = new URLSearchParams({ act: name, page: page || now().dataset.page, to, seen: stack().dataset.seen, last: stack().dataset.last });
    const answer = await fetch(stack().dataset.post, { method: "POST", body, headers: { "X-CSRF": token } }).catch(() => null);
    let failed = !answer || !answer.ok;
    let html = answer && answer.ok ? await answer.text() : "", address = answer && answer.ok ? answer.url : "";
    if (failed) {
      const again = await fetch(location.href).catch(() => null);
      if (again && again.ok) { html = await again.text(); address = again.url; }
    }
    if (html) show(html, address);
    const notice = stack().querySelector("[data-notice]");
    notice.hidden = !failed;
    if (failed) notice.textContent = stack().dataset.failed;
    stack().dataset.acts = String((Number(act.count) || 0) + 1);
    act.count = Number(stack().dataset.acts);
    busy = false;
  }
  function show(html, address) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("stack");
    if (!fresh) return;
    const top = scrollY;
    stack().replaceWith(document.adoptNode(fresh));
    history.replaceState(null, "", address);
    scrollTo(0, top);
    reveal();
  }
  const reveal = () => { const page = now(); if (page) page.scrollIntoView({ block: "nearest" }); };
  function stand(page) {
    if (!page || page === now()) return;
    const link = page.querySelector("a");
    const from = now();
    if (from) { from.classList.remove("now"); const mine = from.querySelector("a"); if (mine) mine.removeAttribute("aria-current"); from.querySelector(".at-page")?.remove(); }
    page.classList.add("now");
    link.setAttribute("aria-current", "true");
    stack().querySelectorAll(".pile.on").forEach((pile) => pile.classList.remove("on"));
    page.closest(".pile").classList.add("on");
    stack().dataset.post = stack().dataset.post.replace(/\/check\/[^/]+\//, `/check/${page.closest(".pile").dataset.document}/`);
    document.getElementById("back").href = document.getElementById("back").href.replace(/\/check\/[^/?]+/, `/check/${page.closest(".pile").dataset.document}`);
    history.replaceState(null, "", link.href);
    reveal();
  }
  // Up and down go by what one sees: the page above or below.
  function row(step) {
    const here = now().getBoundingClientRect();
    const others = pages().filter((page) => step * (page.getBoundingClientRect().top - here.top) > here.height / 2);
    others.sort((a, b) => { const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()]; return Math.abs(p.top - here.top) - Math.abs(q.top - here.top) || Math.abs(p.left - here.left) - Math.abs(q.left - here.left); });
    return others[0];
  }
  const beside = (step) => pages()[pages().indexOf(now()) + step];
  function suggested() { // after a decision the next question comes up by itself
    const every = pages(), from = every.indexOf(now());
    const found = every.slice(from).find((page) => "suggested" in page.dataset) || every.find((page) => "suggested" in page.dataset);
    if (found) stand(found);
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.key === "F1") { event.preventDefault(); document.getElementById("keys").showModal(); return; }
    const page = now();
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const todo = event.altKey
      ? { ArrowLeft: () => act("earlier"), ArrowRight: () => act("later") }[key]
      : {
          ArrowLeft: () => stand(beside(-1)), ArrowRight: () => stand(beside(1)), ArrowUp: () => stand(row(-1)), ArrowDown: () => stand(row(1)),
          s: async () => { const decided = "suggested" in page.dataset; if (decided || Number(page.dataset.number) > 1) { await act("cut"); if (decided) suggested(); } },
          x: async () => { if ("suggested" in page.dataset) { await act("reject"); suggested(); } },
          m: () => act("merge"), b: () => act(page.classList.contains("apart") ? "put-back" : "apart"), z: () => act("undo"), u: () => act("undo"),
          F2: () => location.assign(`${document.getElementById("back").href.split("?")[0]}/text?page=${page.dataset.page}`),
          F4: () => location.assign(document.getElementById("back").href), Escape: () => location.assign(document.getElementById("back").href),
        }[key];
    if (!todo) return;
    event.preventDefault();
    event.stopPropagation();
    todo();
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-act]");
    if (!form) return;
    event.preventDefault();
    act(form.dataset.act, form.dataset.at);
  });
  document.addEventListener("click", (event) => {
    const page = event.target.closest("[data-page]");
    if (!page || event.target.closest("form") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    stand(page);
  });
  let dragged = null;
  document.addEventListener("dragstart", (event) => { dragged = event.target.closest("[data-page]"); if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.page); });
  document.addEventListener("dragover", (event) => { const over = event.target.closest("[data-page]"); if (dragged && over) { event.preventDefault(); stack().querySelectorAll(".over").forEach((one) => one.classList.remove("over")); over.classList.add("over"); } });
  document.addEventListener("drop", (event) => { const over = event.target.closest("[data-page]"); if (!dragged || !over) return; event.preventDefault(); const page = dragged.dataset.page; dragged = null; if (over.dataset.page !== page) act("to", page, over.dataset.page); });
  document.addEventListener("dragend", () => { dragged = null; stack().querySelectorAll(".over").forEach((one) => one.classList.remove("over")); });
  if (!new URLSearchParams(location.search).get("page")) suggested();
  reveal();
  stack().dataset.ready = "1";
})();
