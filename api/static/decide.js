// Deciding dossier by dossier: one key a decision, the reason where one is asked for, totals that follow.
"use strict";
(() => {
  const list = document.getElementById("items"), said = document.getElementById("said");
  const tally = document.getElementById("tally"), conclude = document.getElementById("conclude");
  const csrf = document.querySelector("meta[name=csrf]").content;
  const rows = [...list.querySelectorAll(".item")];
  const DECISIONS = { a: "accepted", b: "reserved", t: "returned", x: "refused", m: "missing" };
  const CLASSES = { accepted: "good", reserved: "warn", returned: "strong", refused: "strong", missing: "strong" };
  let current = Math.max(0, rows.findIndex((row) => !row.dataset.decision));
  const figure = (value) => value.toLocaleString(document.documentElement.lang === "vi" ? "vi-VN" : "en-US");

  function go(index, { scroll = true } = {}) {
    current = Math.min(Math.max(index, 0), rows.length - 1);
    rows.forEach((row, at) => row.classList.toggle("now", at === current));
    if (!rows.length) return;
    rows[current].focus({ preventScroll: true });
    if (scroll) rows[current].scrollIntoView({ block: "nearest" });
  }
  function coming() {
    const later = rows.findIndex((row, at) => at > current && !row.dataset.decision);
    return later < 0 ? Math.min(current + 1, rows.length - 1) : later;
  }
  function complain(words) { said.textContent = words; said.hidden = !words; }

  function show(row, told) {
    row.dataset.decision = told.decision;
    const tag = row.querySelector(".decided"), why = row.querySelector(".why");
    tag.textContent = told.label;
    tag.hidden = !told.decision;
    tag.className = "tag decided " + (CLASSES[told.decision] || "");
    const day = told.deadline ? " · " + told.deadline.split("-").reverse().join("/") : "";
    why.textContent = told.reason + day;
    row.querySelector("select").value = told.decision;
    for (const [name, counts] of Object.entries({ ...told.totals, undecided: told.undecided })) {
      const box = tally.querySelector(`[data-count="${name}"]`);
      box.querySelector("dd").textContent = figure(counts.dossiers);
      if (name === "undecided") box.classList.toggle("warn", counts.dossiers > 0);
    }
    conclude.hidden = !told.adds_up;
  }

  async function send(row, fields) {
    complain("");
    const body = new URLSearchParams({ item: row.dataset.item, csrf, ...fields });
    try {
      const answer = await fetch(list.dataset.url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRF": csrf } });
      const told = await answer.json();
      if (!answer.ok) { complain(told.detail || list.dataset.failed); return false; }
      show(row, told);
      return true;
    } catch (_error) { complain(list.dataset.failed); return false; }
  }

  function ask(row, decision) {
    const say = row.querySelector(".say"), form = say.querySelector("form");
    say.open = true;
    form.decision.value = decision;
    form.reason.required = decision !== "accepted";
    form.deadline.required = decision === "reserved";
    say.querySelector("[data-deadline]").hidden = decision !== "reserved";
    form.reason.focus();
    form.reason.select();
  }

  list.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target, row = form.closest(".item");
    const kept = await send(row, { decision: form.decision.value, reason: form.reason.value, deadline: form.deadline.value });
    if (!kept) return;
    row.querySelector(".say").open = false;
    current = rows.indexOf(row);
    go(coming());
  });
  for (const form of document.querySelectorAll(".group form")) { // a day is owed with a reservation alone
    const day = form.querySelector("[data-deadline]");
    const follow = () => { if (day) { const owed = form.decision.value === "reserved"; day.hidden = !owed; form.deadline.required = owed; } };
    form.addEventListener("change", follow);
    follow();
  }
  list.addEventListener("change", (event) => {
    if (event.target.name === "decision") ask(event.target.closest(".item"), event.target.value);
  });
  rows.forEach((row, index) => row.addEventListener("click", (event) => { if (!event.target.closest(".say")) go(index); }));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]") || !rows.length) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    const row = rows[current];
    if (event.key === "Escape" && typing) { event.preventDefault(); event.stopPropagation(); event.target.closest("details.say")?.removeAttribute("open"); go(current); return; }
    if (typing || /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName)) return;
    const act = {
      j: () => go(current + 1), ArrowDown: () => go(current + 1), k: () => go(current - 1), ArrowUp: () => go(current - 1),
      a: async () => { if (await send(row, { decision: "accepted" })) go(coming()); },
      z: () => send(row, { decision: "" }),
      Enter: () => ask(row, row.dataset.decision || "accepted"),
    }[event.key] || (DECISIONS[event.key] ? () => ask(row, DECISIONS[event.key]) : null);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
  go(current, { scroll: !document.querySelector(".groups") }); // the groups come first: they save the most keys
  list.dataset.ready = "1";
})();
