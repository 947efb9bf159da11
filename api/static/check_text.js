// Correcting what was read: the line's own crop above the line, saved as one goes to the next.
"use strict";
(() => {
  const lines = document.getElementById("lines"), view = window.pageView;
  if (!lines || !view) return;
  const token = document.querySelector("meta[name=csrf]").content;
  const crop = document.createElement("div"), input = document.createElement("input");
  crop.className = "crop";
  Object.assign(input, { maxLength: 2000, spellcheck: false, autocomplete: "off", lang: "vi", className: "line-text" });
  let current = -1, busy = Promise.resolve();
  const all = () => [...lines.querySelectorAll("[data-line]")];
  const page = () => view.pages.find((one) => one.id === lines.dataset.page);
  const state = () => lines.querySelector(".state-of-text");
  const place = (line) => line.dataset.place.split(",").map(Number);

  // The crop is the page's own picture, moved behind a window as high as the line.
  function cut([x, y, w, h]) {
    const room = Math.min(0.012, h * 0.5), wide = lines.clientWidth - 44;
    const scale = Math.min(wide / (w + 2 * room), 110 / (h + 2 * room));
    const tall = page().width ? page().height / page().width : 1.414;
    Object.assign(crop.style, {
      height: `${Math.round((h + 2 * room) * scale)}px`, width: `${Math.round(Math.min(wide, (w + 2 * room) * scale))}px`,
      backgroundImage: `url("/pages/${lines.dataset.page}/image")`, backgroundSize: `${scale}px ${scale * tall}px`,
      backgroundPosition: `${-(x - room) * scale}px ${-(y - room) * scale}px`,
    });
  }
  function open(index, typed) {
    const every = all();
    if (!every.length) return;
    close();
    current = Math.min(Math.max(index, 0), every.length - 1);
    const line = every[current];
    line.classList.add("on");
    const link = line.querySelector("a");
    if (link) link.hidden = true;
    input.value = typed === undefined ? line.dataset.text : typed;
    input.setAttribute("aria-label", lines.dataset.edit.replace("{number}", String(current + 1)));
    line.append(crop, input);
    cut(place(line));
    input.focus({ preventScroll: true });
    line.scrollIntoView({ block: "nearest" });
    view.look([[lines.dataset.page, ...place(line)]], "linebox", { room: 0.06, least: 0.5 });
    const doubt = line.querySelector("mark");
    if (doubt && typed === undefined) { // the cursor goes to the first word in doubt
      const at = line.dataset.text.indexOf(doubt.textContent.trim());
      if (at >= 0) input.setSelectionRange(at, at + doubt.textContent.trim().length);
    }
  }
  function close() {
    crop.remove();
    input.remove();
    lines.querySelectorAll(".on").forEach((line) => { line.classList.remove("on"); const link = line.querySelector("a"); if (link) link.hidden = false; });
  }
  function notice(text) {
    const box = state().querySelector("[data-notice]");
    box.textContent = text;
    box.hidden = !text;
  }
  async function post(fields) {
    const body = new URLSearchParams({ base: state().dataset.base, ...fields });
    return fetch(lines.dataset.post, { method: "POST", body, headers: { "X-CSRF": token, "HX-Request": "true" } });
  }
  // What was typed meanwhile in the line one went on to is kept, never what only stood there.
  const show = async (answer) => { const line = all()[current], keep = lines.contains(input) ? [current, line && input.value !== line.dataset.text ? input.value : undefined] : null; close(); lines.innerHTML = await answer.text(); lines.dataset.saves = String(Number(lines.dataset.saves || 0) + 1); return keep; };
  // Returns whether the line was kept; what was typed stays in its line otherwise.
  const waiting = new Set(); // lines on their way: one that goes away moves those behind it up
  function save(at, text) {
    const job = { index: at };
    waiting.add(job);
    busy = busy.then(async () => {
      waiting.delete(job);
      const index = job.index;
      const answer = await post({ line: String(index), text }).catch(() => null);
      if (answer && answer.ok) {
        const keep = await show(answer);
        if (!text) waiting.forEach((other) => { if (other.index > index) other.index -= 1; });
        if (keep) open(!text && keep[0] > index ? keep[0] - 1 : keep[0], !text && keep[0] === index ? undefined : keep[1]);
        return true;
      }
      if (answer && answer.status === 409) {
        const fresh = await fetch(`${lines.dataset.here}${lines.dataset.here.includes("?") ? "&" : "?"}page=${lines.dataset.page}`);
        const html = new DOMParser().parseFromString(await fresh.text(), "text/html").getElementById("lines");
        close();
        lines.replaceChildren(...html.childNodes);
        open(index, text);
        notice(lines.dataset.changed);
        return false;
      }
      open(index, text);
      notice(lines.dataset.notSaved);
      return false;
    });
    return busy;
  }
  function leave(to) {
    const line = all()[current];
    const text = input.value.normalize("NFC").replace(/\s+/g, " ").trim(), from = current;
    const changed = line && lines.contains(input) && text !== line.dataset.text;
    open(to);
    if (changed) save(from, text);
  }
  async function undo() {
    await busy;
    const before = state().dataset.undo;
    if (!before) return;
    const at = current;
    const answer = await post({ undo: before }).catch(() => null);
    if (answer && answer.ok) { close(); lines.innerHTML = await answer.text(); lines.dataset.saves = String(Number(lines.dataset.saves || 0) + 1); open(at); } else notice(answer && answer.status === 409 ? lines.dataset.changed : lines.dataset.notSaved);
  }
  async function go(address) {
    const line = all()[current];
    if (line && lines.contains(input) && input.value.trim() !== line.dataset.text && !(await save(current, input.value.trim()))) return;
    await busy;
    location.assign(address);
  }
  const other = (id) => `${lines.dataset.here}${lines.dataset.here.includes("?") ? "&" : "?"}page=${id}`;

  lines.addEventListener("click", (event) => {
    if (event.target.closest("[data-undo-button]")) { event.preventDefault(); undo(); return; }
    const line = event.target.closest("[data-line]");
    if (!line || event.target === input) return;
    event.preventDefault();
    leave(Number(line.dataset.line));
  });
  // A click on the page image opens the line that lies there.
  view.viewer.addHandler("canvas-click", (event) => {
    if (!event.quick) return;
    const point = view.viewer.viewport.pointFromPixel(event.position);
    const found = all().find((line) => { const [x, y, w, h] = place(line); return point.x >= x && point.x <= x + w && point.y >= y && point.y <= y + h; });
    if (found) leave(Number(found.dataset.line));
  });
  document.addEventListener("page-shown", (event) => { if (event.detail.id !== lines.dataset.page) go(other(event.detail.id)); });
  document.getElementById("back").addEventListener("click", (event) => { event.preventDefault(); go(event.currentTarget.href); });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const open = document.querySelector("dialog[open]");
    if (open && event.key !== "F1") return;
    const back = document.getElementById("back").href;
    const unsure = (step) => { const every = all(); for (let at = current + step; at >= 0 && at < every.length; at += step) if (every[at].querySelector("mark")) return at; return Math.min(current + step, every.length - 1); };
    const act = {
      ArrowDown: () => leave(current + 1), ArrowUp: () => leave(current - 1), Enter: () => leave(current + 1), Tab: () => leave(unsure(event.shiftKey ? -1 : 1)),
      Escape: () => go(back), F2: () => go(back), F4: () => go(document.getElementById("to-pages").href),
      F1: () => { const keys = document.getElementById("keys"); if (!keys.open) keys.showModal(); },
      PageDown: () => view.step(1), PageUp: () => view.step(-1),
    }[event.key] || (event.altKey && event.code === "KeyZ" ? undo : null);
    if (!act || (event.ctrlKey && event.key !== "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
  window.addEventListener("beforeunload", (event) => { const line = all()[current]; if (line && lines.contains(input) && input.value.trim() !== line.dataset.text) event.preventDefault(); });
  const first = all().findIndex((line) => line.querySelector("mark"));
  open(first >= 0 ? first : 0);
  lines.dataset.ready = "1";
})();
