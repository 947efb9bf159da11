// Taking in a folder: every file goes in pieces, and goes on from where it stopped after a broken line.
"use strict";
(() => {
  const form = document.getElementById("upload");
  const words = JSON.parse(form.dataset.words);
  const limit = Number(form.dataset.limit);
  const PIECE = 8 * 1024 * 1024;
  const TRIES = 6;
  const token = document.querySelector("meta[name=csrf]").content;
  const [input, drop, chosenText] = ["files", "drop", "chosen"].map((id) => document.getElementById(id));
  const folderInput = document.createElement("input");
  Object.assign(folderInput, { type: "file", multiple: true, webkitdirectory: true, hidden: true });
  form.append(folderInput);
  let files = []; // { path, file }
  let batch = form.elements.batch ? form.elements.batch.value : null;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const size = (bytes) => new Intl.NumberFormat(form.dataset.language, { style: "unit", unit: bytes < 1e6 ? "kilobyte" : bytes < 1e9 ? "megabyte" : "gigabyte", maximumFractionDigits: 1 })
    .format(bytes / (bytes < 1e6 ? 1e3 : bytes < 1e9 ? 1e6 : 1e9));
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  function take(list) {
    const known = new Set(files.map((item) => item.path));
    files.push(...list.filter((item) => !known.has(item.path) && !/(^|\/)(\.|Thumbs\.db$|desktop\.ini$)/i.test(item.path)));
    chosenText.textContent = fill(words.chosen, { count: files.length, size: size(files.reduce((sum, item) => sum + item.file.size, 0)) });
  }
  const fromInput = (element) => take([...element.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
  input.addEventListener("change", () => fromInput(input));
  folderInput.addEventListener("change", () => fromInput(folderInput));
  const folderButton = document.getElementById("choose-folder");
  folderButton.hidden = false;
  folderButton.addEventListener("click", () => folderInput.click());

  async function walk(entry, found) {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      found.push({ path: entry.fullPath.replace(/^\//, ""), file });
      return;
    }
    const reader = entry.createReader();
    for (;;) { // a folder is given in portions of a hundred
      const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!portion.length) return;
      for (const inner of portion) await walk(inner, found);
    }
  }
  const over = (on) => (event) => { event.preventDefault(); drop.classList.toggle("over", on); };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", async (event) => {
    over(false)(event);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    const found = [];
    if (entries.length) for (const entry of entries) await walk(entry, found);
    else found.push(...[...event.dataTransfer.files].map((file) => ({ path: file.name, file })));
    take(found);
  });

  async function call(method, address, { body, headers = {} } = {}) {
    const answer = await fetch(address, { method, body, headers: { "X-CSRF": token, Accept: "application/json", ...headers } });
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    const error = new Error(problem.detail || answer.statusText);
    error.status = answer.status;
    throw error;
  }
  const json = (value) => ({ body: JSON.stringify(value), headers: { "Content-Type": "application/json" } });

  // A folder that was dropped as one is the batch; what lies in it is boxes and dossiers.
  function plan() {
    const first = files[0].path.split("/")[0];
    const one = files.every((item) => item.path.startsWith(first + "/"));
    for (const item of files) item.sendAs = one ? item.path.slice(first.length + 1) : item.path;
    const deep = new Set(files.map((item) => item.sendAs.split("/")).filter((parts) => parts.length > 2).map((parts) => parts[0]));
    for (const item of files) item.deep = deep.has(item.sendAs.split("/")[0]);
    return one ? first : "";
  }

  async function send(item) {
    if (item.file.size > limit) throw Object.assign(new Error(fill(words.too_large, { size: size(limit) })), { status: 413 });
    const opened = await (await call("POST", `/api/v1/batches/${batch}/uploads`, json({ path: item.sendAs, size: item.file.size, deep: item.deep, changed: Math.max(0, Math.trunc(item.file.lastModified)) }))).json();
    let offset = opened.offset;
    for (let tries = 0; ;) {
      try {
        const piece = item.file.slice(offset, offset + PIECE);
        const answer = await call("PATCH", `/api/v1/uploads/${opened.upload}`, { body: piece, headers: { "Upload-Offset": String(offset), "Content-Type": "application/octet-stream" } });
        tries = 0;
        const now = await answer.json();
        if (now.received) return now;
        offset = now.offset;
        item.sent = offset;
        show();
      } catch (error) {
        if (error.status && error.status < 500 && error.status !== 409) throw error;
        if (++tries > TRIES) throw error;
        status.textContent = words.lost;
        await wait(Math.min(1000 * 2 ** tries, 15000));
        offset = (await (await call("GET", `/api/v1/uploads/${opened.upload}`)).json()).offset;
      }
    }
  }

  const [section, bar, shareText, status, resume, see, list] = ["sending", "sent", "share", "status", "resume", "see", "list"].map((id) => document.getElementById(id));
  function row(item) {
    if (!item.row) {
      item.row = list.tBodies[0].insertRow();
      item.row.insertCell().textContent = item.path;
      item.row.cells[0].className = "breaks";
      item.row.insertCell();
    }
    return item.row.cells[1];
  }
  function mark(item, text, kind) {
    const cell = row(item);
    cell.textContent = "";
    const tag = document.createElement("span");
    tag.className = "tag " + kind;
    tag.textContent = text;
    cell.append(tag);
  }
  function show() {
    const total = files.reduce((sum, item) => sum + item.file.size, 0) || 1;
    const sent = files.reduce((sum, item) => sum + (item.done ? item.file.size : item.sent || 0), 0);
    bar.value = sent / total;
    shareText.textContent = new Intl.NumberFormat(form.dataset.language, { style: "percent" }).format(sent / total);
  }

  async function sendAll() {
    resume.hidden = true;
    const waiting = files.filter((item) => !item.done);
    waiting.forEach((item) => mark(item, words.waiting, ""));
    let next = 0;
    const lane = async () => {
      while (next < waiting.length) {
        const item = waiting[next++];
        mark(item, words.sending_file, "busy");
        try {
          const received = await send(item);
          item.done = true;
          mark(item, received.again ? words.same_file : words.sent_file, received.again ? "warn" : "good");
        } catch (error) {
          mark(item, `${words.failed_file}: ${error.message}`, "strong");
        }
        show();
        status.textContent = fill(words.sending, { done: files.filter((other) => other.done).length, count: files.length });
      }
    };
    await Promise.all([lane(), lane()]); // two at a time: one is on the wire while the other is being hashed
    const failed = files.filter((item) => !item.done).length;
    if (!failed) {
      const closed = await call("POST", `/api/v1/batches/${batch}/close`).then((answer) => answer.json()).catch(() => ({ batch }));
      if (!closed.batch) see.href = "/batches"; // nothing was new
    }
    status.textContent = failed ? fill(words.some_failed, { count: failed }) : fill(words.sent, { count: files.length });
    resume.hidden = !failed;
    see.hidden = false;
    window.removeEventListener("beforeunload", stay);
  }
  const stay = (event) => event.preventDefault();
  resume.addEventListener("click", sendAll);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!files.length) { chosenText.textContent = words.needs_files; return; }
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    const folder = plan();
    try {
      if (!batch) {
        const wanted = { fonds: form.elements.fonds.value.trim(), unit: form.elements.unit.value || null, name: form.elements.name.value.trim() || folder };
        batch = (await (await call("POST", "/api/v1/batches", json(wanted))).json()).batch;
      }
    } catch (error) {
      chosenText.textContent = error.message;
      button.disabled = false;
      return;
    }
    form.hidden = true;
    section.hidden = false;
    see.href = `/batches/${batch}`;
    window.addEventListener("beforeunload", stay);
    await sendAll();
  });
})();
