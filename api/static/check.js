// Checking a document by the keyboard: Enter goes from doubt to doubt, what is typed saves itself, nothing is lost.
"use strict";
(() => {
  const form = document.getElementById("form");
  if (!form) return;
  const words = JSON.parse(form.dataset.words), wrong = JSON.parse(form.dataset.wrong);
  const token = document.querySelector("meta[name=csrf]").content;
  const view = window.pageView;
  const [saved, left, doneButton, laterButton, others, history] = ["saved", "left", "done", "later", "others", "history"].map((id) => document.getElementById(id));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const rows = [...form.querySelectorAll("[data-field]")], keyRows = [...form.querySelectorAll("[data-key]")];
  const typed = (row) => row.querySelector("input:not([type=hidden], [type=checkbox]), textarea");
  const rowOf = (element) => element && element.closest ? element.closest(".field") : null;
  const todo = (row) => "stop" in row.dataset && ["doubtful", "asked", "missing"].includes(row.dataset.state);
  const SAVE_AFTER = 700, TRY_AGAIN = 4000;
  let base = Number(form.elements.base.value);
  const dirty = new Map(); // name (of a search key: k.name) -> value as typed, not yet kept
  const accepted = new Set(); // names to be taken for right, not yet kept
  const pending = () => dirty.size || accepted.size;
  const nameOf = (row) => row.dataset.field || `k.${row.dataset.key}`;
  const named = (name) => [...rows, ...keyRows].find((row) => nameOf(row) === name);
  let timer = 0, busy = Promise.resolve(), leaving = false, warned = false, previous = null, was = new Map();

  form.querySelectorAll("noscript").forEach((element) => element.remove());
  [...rows, ...keyRows].forEach((row) => was.set(nameOf(row), typed(row).value));
  rows.forEach((row) => { row.querySelector("[data-history]").hidden = false; });

  // --- Vietnamese as it is typed in a hurry ---------------------------------------------------------------
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase().replace(/\s+/g, " ").trim();
  const types = [...document.querySelectorAll("#types option")].map((option) => ({ name: option.value, folded: fold(option.value), short: fold(option.textContent) }));
  const tidy = {
    date: (text) => {
      const digits = text.trim().match(/^(\d{1,2})[\s./-](\d{1,2})[\s./-](\d{4})$/) || text.trim().match(/^(\d{2})(\d{2})(\d{4})$/);
      return digits ? `${digits[1].padStart(2, "0")}/${digits[2].padStart(2, "0")}/${digits[3]}` : text;
    },
    type: (text) => {
      const folded = fold(text);
      const found = folded && (types.find((type) => type.folded === folded || type.short === folded) || types.find((type) => type.folded.startsWith(folded)));
      return found ? found.name : text;
    },
  };
  function tidied(row) {
    const input = typed(row), how = tidy[input.dataset.kind];
    if (how && input.value !== how(input.value)) input.value = how(input.value);
    return input.value.normalize("NFC");
  }

  // --- how a row looks ------------------------------------------------------------------------------------
  // Each line of a search key is a value of its own.
  const bare = (text, name) => (name.startsWith("k.") ? text.split("\n") : [text]).map((line) => line.replace(/\s+/g, " ").trim()).filter(Boolean).join("\n");
  const same = (one, other, name) => bare(one, name) === bare(other, name);
  // `mine`: what is written there is what was sent; under the cursor its blanks are left alone.
  function become(row, state, value, mine = false) {
    for (const name of ["sure", "given", "doubtful", "asked", "missing", "empty"]) row.classList.toggle(name, name === state);
    if (state) row.dataset.state = state;
    if (value === undefined) return;
    const name = nameOf(row), input = typed(row), held = document.activeElement === input && (mine || same(input.value.normalize("NFC"), value, name));
    if (!dirty.has(name) && !held) input.value = value;
    was.set(name, value);
  }
  const grow = (area) => { if (area.tagName === "TEXTAREA") { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; } };
  function count() {
    const open = rows.filter((row) => todo(row)).length;
    left.textContent = open ? fill(words.left, { count: open }) : words.none_left;
    left.classList.toggle("none", !open);
    form.dataset.left = String(open);
    return open;
  }
  function say(row, text) {
    const bad = row.querySelector("[data-bad]");
    if (!bad) return;
    bad.textContent = text || "";
    bad.hidden = !text;
  }

  // What others said meanwhile comes into the form; where something else is typed, both are shown.
  function refresh(fields, sent = new Map()) {
    for (const row of [...rows, ...keyRows]) {
      const name = nameOf(row), now = fields[name];
      if (!now || row.querySelector(".clash")) continue;
      const moved = !sent.has(name) && !same(now.value, was.get(name), name);
      if (moved) accepted.delete(name);
      const mine = dirty.has(name) ? dirty.get(name) : typed(row).value.normalize("NFC");
      if (moved && same(mine, now.value, name)) dirty.delete(name);
      else if (moved && !same(mine, was.get(name), name)) { choose(row, mine, { name, value: now.value, by: now.by, at: now.at }); continue; }
      if (!dirty.has(name) && !accepted.has(name)) become(row, now.state, now.value, sent.has(name));
      else if (sent.has(name)) was.set(name, now.value);
    }
  }

  // --- saving: one after the other, each on top of the version the last one made ------------------------
  function bundle() {
    const body = new URLSearchParams({ base: String(base), arrangement: form.elements.arrangement.value });
    const sent = new Map([...dirty].filter(([name]) => !named(name).querySelector(".clash"))); // what waits for a choice waits
    for (const [name, value] of sent) body.append(name.startsWith("k.") ? name : `v.${name}`, value);
    for (const name of accepted) if (!dirty.has(name)) body.append("ok", name);
    return { body, sent, took: new Set(accepted) };
  }
  async function post(address, body) {
    return fetch(address, { method: "POST", body, headers: { "X-CSRF": token, Accept: "application/json" } });
  }
  function settled(state, { sent = new Map(), took = new Set() } = {}) {
    base = state.version;
    form.elements.base.value = String(base);
    for (const [name, value] of sent) if (dirty.get(name) === value) dirty.delete(name);
    for (const name of took) accepted.delete(name);
    refresh(state.fields, sent);
    saved.textContent = fill(words.saved_at, { time: state.saved_at });
    saved.className = "hint";
    form.dataset.saved = state.saved_at;
    count();
  }
  async function refused(answer, sent) {
    const problem = await answer.json().catch(() => ({}));
    if (answer.status === 409 && problem.theirs) { clash(problem, sent); return; }
    saved.className = "bad";
    saved.textContent = problem.errors ? words.invalid : words[`refused_${problem.slug}`] || problem.detail || words.not_saved;
    if (problem.slug === "document-not-ready") timer = setTimeout(save, TRY_AGAIN); // its pages are being laid
    for (const [name, code] of Object.entries(problem.errors || {})) {
      const row = named(name);
      if (row) say(row, wrong[code] || code);
    }
    // What cannot stand there waits until it is typed anew; the rest is kept at once.
    const bad = Object.keys(problem.errors || {});
    const held = [...dirty].filter(([name]) => bad.includes(name));
    if (bad.length && [...dirty.keys(), ...accepted].some((name) => !bad.includes(name))) {
      bad.forEach((name) => { dirty.delete(name); accepted.delete(name); });
      await send();
      held.forEach(([name, value]) => { if (!dirty.has(name)) dirty.set(name, value); });
      saved.className = "bad";
      saved.textContent = words.invalid;
    }
  }
  async function send() {
    if (!pending()) return true;
    const bundled = bundle(), { body, sent } = bundled;
    saved.textContent = words.saving;
    let answer;
    try {
      answer = await post(form.dataset.save, body);
    } catch {
      saved.className = "bad";
      saved.textContent = words.not_saved;
      timer = setTimeout(save, TRY_AGAIN);
      return false;
    }
    if (answer.ok) { settled(await answer.json(), bundled); return true; }
    if (answer.status >= 500) { timer = setTimeout(save, TRY_AGAIN); saved.className = "bad"; saved.textContent = words.not_saved; return false; }
    await refused(answer, sent);
    return false;
  }
  function save() {
    clearTimeout(timer);
    busy = busy.then(send, send);
    return busy;
  }
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER);
  }

  // --- somebody else was here: both values side by side, the person chooses --------------------------------
  function clash({ version, theirs, fields }, sent) {
    base = version;
    form.elements.base.value = String(base);
    saved.textContent = "";
    for (const one of theirs) {
      const row = named(one.name);
      if (row && (dirty.has(one.name) || sent.has(one.name))) choose(row, dirty.has(one.name) ? dirty.get(one.name) : sent.get(one.name), one);
    }
    refresh(fields);
    if (!form.querySelector(".clash")) { saved.className = "bad"; saved.textContent = words.look_again; }
    count();
    if (pending()) soon();
  }
  function choose(row, typedHere, one) {
    let mine = typedHere;
    dirty.delete(one.name);
    accepted.delete(one.name);
    was.set(one.name, one.value);
    row.querySelectorAll(".clash").forEach((old) => old.remove());
    const box = document.createElement("div");
    box.className = "clash";
    box.setAttribute("role", "alert");
    const line = (label, value) => {
      const p = document.createElement("p");
      const strong = document.createElement("strong");
      strong.textContent = value || words.nothing;
      p.append(`${label}: `, strong);
      return p;
    };
    const head = document.createElement("p");
    head.textContent = fill(words.conflict, { name: one.by, time: one.at });
    const choice = (text, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => { box.remove(); act(); typed(row).focus(); });
      return button;
    };
    const acts = document.createElement("p");
    acts.append(
      choice(words.keep_mine, () => { if (dirty.has(one.name)) mine = dirty.get(one.name); typed(row).value = mine; dirty.set(one.name, mine); save(); }),
      " ",
      choice(fill(words.take_theirs, { name: one.by }), () => { dirty.delete(one.name); typed(row).value = one.value; become(row, row.dataset.field && "given", one.value); grow(typed(row)); count(); }),
    );
    box.append(head, line(words.yours, mine), line(one.by, one.value), acts);
    row.append(box);
    box.querySelector("button").focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest" });
  }

  // --- going through the form -------------------------------------------------------------------------------
  function look(row) {
    rows.forEach((other) => other.classList.toggle("now", other === row));
    if (!view) return;
    const spots = JSON.parse(row.dataset.spots || "[]");
    if (spots.length) view.look(spots, "spot", row.dataset.state === "asked" ? { room: 0.05, least: 0.3 } : {});
    else if (row.dataset.region) view.region(row.dataset.region.split(",").map(Number), "regionLast" in row.dataset);
  }
  function enter(row) {
    const fold = row.closest("details");
    if (fold) fold.open = true;
    const input = typed(row);
    input.focus({ preventScroll: true });
    if (input.select) input.select();
    row.scrollIntoView({ block: "nearest" });
  }
  function accept(row) {
    const name = row.dataset.field, value = tidied(row);
    say(row, "");
    if (row.querySelector(".clash")) return false;
    if (value !== was.get(name) || row.dataset.state === "asked" || row.dataset.state === "missing") dirty.set(name, value);
    else if (row.dataset.state === "doubtful") accepted.add(name);
    if (todo(row)) { become(row, "given"); count(); }
    if (dirty.has(name) || accepted.has(name)) save();
    return true;
  }
  function next(from, step = 1) {
    const start = rows.indexOf(from);
    const order = step > 0 ? [...rows.slice(start + 1), ...rows.slice(0, Math.max(start, 0))] : [...rows.slice(0, Math.max(start, 0)).reverse(), ...rows.slice(start + 1).reverse()];
    const found = order.find((row) => row !== from && todo(row));
    if (found) enter(found);
    else if (doneButton) doneButton.focus();
  }
  async function away(address, { body, sent }) {
    leaving = true;
    [doneButton, laterButton].forEach((button) => { if (button) button.disabled = true; });
    const answer = await post(address, body).catch(() => null);
    if (answer && answer.ok) {
      dirty.clear();
      accepted.clear();
      location.assign((await answer.json()).next);
      return;
    }
    leaving = false;
    [doneButton, laterButton].forEach((button) => { if (button) button.disabled = false; });
    if (answer) await refused(answer, sent);
    else { saved.className = "bad"; saved.textContent = words.not_saved; }
  }
  async function finish(how) {
    if (leaving || !doneButton) return;
    const row = rowOf(document.activeElement);
    if (row && row.dataset.field && typed(row) === document.activeElement) {
      const value = tidied(row);
      if (value !== was.get(row.dataset.field)) { dirty.set(row.dataset.field, value); if (todo(row)) { become(row, "given"); count(); } }
    }
    clearTimeout(timer);
    await busy;
    if (form.querySelector(".clash")) { form.querySelector(".clash button").focus(); return; }
    if (how === "done" && count() && !warned) {
      warned = true;
      left.textContent = words.again_to_leave;
      left.classList.add("warn");
      const open = rows.find(todo);
      if (open) enter(open);
      return;
    }
    await away(how === "done" && !count() ? form.dataset.done : form.dataset.later, bundle());
  }

  async function copy(row) {
    if (!previous) previous = await fetch(`${form.dataset.at}/before`, { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : {})).catch(() => ({}));
    const value = previous[row.dataset.field];
    if (!value) { saved.textContent = words.no_previous; return; }
    change(row, value);
  }
  function change(row, value) {
    const input = typed(row);
    row.querySelectorAll(".offered").forEach((old) => old.remove());
    input.value = value;
    grow(input);
    dirty.set(row.dataset.field, value);
    say(row, "");
    soon();
  }

  // --- who typed what ---------------------------------------------------------------------------------------
  async function past(row) {
    const answer = await fetch(`${form.dataset.at}/fields/${row.dataset.field}`);
    if (!answer.ok) return;
    document.getElementById("history-text").innerHTML = await answer.text();
    history.returnValue = row.dataset.field;
    history.showModal();
    const back = history.querySelector("[data-take-back]");
    if (back) back.addEventListener("click", async () => {
      await busy;
      const taken = await post(`${form.dataset.at}/fields/${row.dataset.field}/take-back`, new URLSearchParams({ base: String(base) }));
      history.close();
      if (taken.ok) { settled(await taken.json()); typed(row).value = was.get(row.dataset.field); } else await refused(taken, new Map());
      enter(row);
    });
  }
  history.addEventListener("close", () => { const row = rows.find((one) => one.classList.contains("now")); if (row) enter(row); });

  // --- events -------------------------------------------------------------------------------------------------
  form.addEventListener("focusin", (event) => { const row = rowOf(event.target); if (row && row.dataset.field) look(row); });
  form.addEventListener("input", (event) => {
    const row = rowOf(event.target);
    if (!row) return;
    grow(event.target);
    if (row.dataset.key) { say(row, ""); dirty.set(nameOf(row), event.target.value.normalize("NFC")); soon(); return; }
    if (!row.dataset.field || event.target.type === "checkbox") return;
    say(row, "");
    dirty.set(row.dataset.field, event.target.value.normalize("NFC"));
    accepted.delete(row.dataset.field);
    if (event.target.dataset.kind === "before") offer(row, event.target);
    if (event.target.dataset.kind === "date" && !/^\d{1,2}[\s./-]\d{1,2}[\s./-]\d{4}$|^\d{8}$|^$/.test(event.target.value.trim())) clearTimeout(timer); // half a date is not kept
    else if (event.target.dataset.kind !== "type") soon();
  });
  form.addEventListener("focusout", (event) => {
    const row = rowOf(event.target);
    if (!row || !row.dataset.field || leaving || event.target !== typed(row)) return;
    if (dirty.has(row.dataset.field)) { dirty.set(row.dataset.field, tidied(row)); if (todo(row)) { become(row, "given"); count(); } save(); }
  });
  form.addEventListener("click", (event) => {
    const row = rowOf(event.target);
    const other = event.target.closest("[data-other]");
    if (other) { change(row, other.textContent); typed(row).focus(); return; }
    if (event.target.closest("[data-history]")) past(row);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); finish(event.submitter === laterButton ? "later" : "done"); });

  let offering = 0;
  function offer(row, input) {
    clearTimeout(offering);
    if (input.value.trim().length < 2) return;
    offering = setTimeout(async () => {
      const answer = await fetch(`${form.dataset.at}/typed?name=${row.dataset.field}&q=${encodeURIComponent(input.value.trim())}`);
      if (!answer.ok) return;
      const before = document.getElementById("before");
      before.innerHTML = await answer.text();
      if (input.tagName !== "TEXTAREA") return; // the browser itself offers them under a line
      row.querySelectorAll(".offered").forEach((old) => old.remove());
      const list = document.createElement("ul");
      list.className = "others offered";
      [...before.children].filter((option) => option.value !== input.value).slice(0, 4).forEach((option, index) => {
        const item = document.createElement("li"), button = document.createElement("button"), key = document.createElement("kbd");
        Object.assign(button, { type: "button", tabIndex: -1, textContent: option.value });
        button.dataset.other = "";
        key.textContent = `Alt ${index + 1 + row.querySelectorAll(".others:not(.offered) [data-other]").length}`;
        item.append(button, key);
        list.append(item);
      });
      if (list.children.length) row.append(list);
    }, 150);
  }
  async function goBack() {
    await save();
    if (!pending()) { await post(`${form.dataset.at}/leave`, new URLSearchParams()).catch(() => null); leaving = true; }
    location.assign(form.dataset.back);
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // a Vietnamese letter is being made
    const dialog = document.querySelector("dialog[open]");
    const row = rowOf(document.activeElement);
    const inField = row && row.dataset.field && typed(row) === document.activeElement;
    const act = () => {
      if (event.key === "F1") return () => { const keys = document.getElementById("keys"); if (!keys.open) keys.showModal(); };
      if (dialog) return null;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return () => finish(event.shiftKey ? "later" : "done");
      if (event.key === "Escape") return goBack;
      if (event.key === "F2") return () => follow("to-text");
      if (event.key === "F4") return () => follow("to-pages");
      if (event.key === "PageDown" && view) return () => view.step(1);
      if (event.key === "PageUp" && view) return () => view.step(-1);
      if (event.altKey && view && ["+", "=", "-", "0"].includes(event.key)) return view.tools[{ "+": "in", "=": "in", "-": "out", 0: "fit" }[event.key]];
      if (!inField) return null;
      if (event.key === "Enter" && event.shiftKey) return () => next(row, -1);
      if (event.key === "Enter") return () => { if (accept(row)) next(row); };
      if (event.altKey && /^Digit[1-9]$/.test(event.code)) return () => { const other = row.querySelectorAll("[data-other]")[Number(event.code.slice(5)) - 1]; if (other) { change(row, other.textContent); typed(row).select(); } };
      if (event.altKey && event.code === "KeyM") return () => change(row, row.dataset.machine || "");
      if (event.altKey && event.code === "KeyH") return () => past(row);
      if ((event.ctrlKey || event.metaKey) && event.code === "KeyD") return () => copy(row);
      return null;
    };
    const todoNow = act();
    if (!todoNow) { if (!dialog && /^(n|p|j|k|h|u)$/.test(event.key) && !inField) event.stopPropagation(); return; }
    event.preventDefault();
    event.stopPropagation();
    todoNow();
  }, true);
  async function follow(id) {
    await save();
    const link = document.getElementById(id);
    const page = view ? `${link.href.includes("?") ? "&" : "?"}page=${view.page.id}` : "";
    location.assign(link.href + page);
  }
  document.getElementById("back").addEventListener("click", (event) => { event.preventDefault(); goBack(); });
  ["to-text", "to-pages"].forEach((id) => document.getElementById(id).addEventListener("click", (event) => { if (event.ctrlKey || event.metaKey) return; event.preventDefault(); follow(id); }));

  window.addEventListener("beforeunload", (event) => { if (!leaving && pending()) { save(); event.preventDefault(); } });
  const stay = async () => {
    const answer = await post(`${form.dataset.at}/stay`, new URLSearchParams()).catch(() => null);
    if (!answer || !answer.ok) return;
    const names = (await answer.json()).others;
    others.hidden = !names.length;
    others.textContent = fill(others.dataset.words, { names: names.join(", ") });
  };
  setTimeout(stay, 1500); // whoever goes on at once was not really here
  setInterval(stay, Number(form.dataset.stay) * 1000);

  form.querySelectorAll("textarea").forEach(grow);
  count();
  const first = rows.find(todo);
  if (first) enter(first);
  else if (doneButton) doneButton.focus();
  // The next document's first page is drawn while this one is being read.
  if (form.dataset.coming) setTimeout(() => { fetch(form.dataset.coming).catch(() => null); }, 600);
  form.dataset.ready = "1";
})();
