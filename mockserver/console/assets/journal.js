// The journal: what clients ask, as they ask it, and one request with its answer.

import { ask, get } from "./client.js";
import { attempt, button, calmly, exchange, field, h, json, row, rows, say, scrolling, select, table } from "./dom.js";
import { short } from "./clock.js";
import * as live from "./live.js";
import { link } from "./place.js";
import * as states from "./states.js";
import * as time from "./time.js";

const MOST = 200;
const COLUMNS = ["Request", "Status", "Operation", "What it caused"];

export function journal(id) {
  const filter = filters(() => look());
  const count = h("p.quiet");
  const body = rows();
  const clear = button("Forget all", () => attempt(async () => {
    await ask("DELETE", "/journal");
    say("The journal is empty.");
    look();
  }));
  const list = h("div.list", {}, filter.element, h("div.row", {}, count, clear),
    scrolling("Requests", table(COLUMNS, body, { class: "journal" })));
  const split = h("div.split", {}, list);
  const element = h("div", {}, h("h1", { tabindex: "-1" }, "Journal"), split);
  let entry = null;
  let kept = new Map();

  const look = calmly(async () => {
    const found = await get("/journal", { ...filter.value(), limit: MOST });
    const shown = found.items.length < found.count ? `the latest ${found.items.length} of ${found.count}` : found.count;
    count.textContent = `${shown} ${found.count === 1 ? "request" : "requests"}${found.dropped ? `; ${found.dropped} older ones were dropped` : ""}`;
    const known = kept;
    kept = new Map(found.items.reverse().map((one) => [JSON.stringify(one), one]));
    for (const [text, one] of kept) kept.set(text, known.get(text) ?? listed(one));
    exchange(body, ...kept.values());
    mark();
  }, 500);

  function mark() {
    for (const one of body.querySelectorAll("a[data-id]")) {
      if (one.dataset.id === entry?.id) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    }
  }

  const page = {
    element,
    title: "Journal",
    page: "journal",
    leave: () => ends.forEach((end) => end()),
    // Another entry of the same page.
    turn(next) {
      entry?.element.remove();
      entry = next === undefined ? null : exchanged(next);
      if (entry) split.append(entry.element);
      split.classList.toggle("open", Boolean(entry));
      mark();
      return entry?.title;
    },
  };
  const ends = ["look", "request", "reset"].map((kind) => live.on(kind, look));
  ends.push(live.on("transition", (event) => {
    if (event.journal_id === undefined) return;
    look();
    if (String(event.journal_id) === entry?.id) entry.look();
  }));
  look();
  page.turn(id);
  return page;
}

function filters(change) {
  const api = select([["", "all"], ...states.apis.map((one) => one.name)], { onchange: change });
  const method = select([["", "all"], "GET", "POST", "PUT", "PATCH", "DELETE"], { onchange: change });
  const status = h("input", { type: "number", min: "100", max: "599", onchange: change });
  const path = h("input", { type: "text", placeholder: "/v6/jobs/*", onchange: change, spellcheck: "false" });
  return {
    element: h("form.filters", { onsubmit: (event) => event.preventDefault() },
      field("API", api), field("Method", method), field("Status", status), field("Path", path)),
    value: () => ({ api: api.value, method: method.value, status: status.value, path: path.value }),
  };
}

function moves(all) {
  const few = all.slice(0, 3).map((one) => `${one.schema} ${short(one.key)} ${states.step(one)}`);
  return few.join(", ") + (all.length > 3 ? ` and ${all.length - 3} more` : "");
}

const status = (code) => h(`span.code.code-${String(code ?? 0)[0]}`, {}, code ?? "none");

const FEW = 12;

function listed(one) {
  const query = one.query ? `?${one.query}` : "";
  const notes = [
    moves(one.transitions),
    ...one.faults.map((fault) => `fault ${fault} struck`),
    ...one.violations.map((wrong) => `${wrong.location} ${wrong.name}: ${wrong.message}`),
  ].filter(Boolean);
  const opens = h("a", { href: link("journal", one.id), "data-id": String(one.id), "data-focus": `entry ${one.id}` },
    h("span.method", {}, one.method), " ", `${one.path}${query}`);
  return row(COLUMNS, {}, [opens, status(one.status), one.operation ?? "none", notes.join("; ")]);
}

function exchanged(id) {
  const title = h("h2", { id: "entry-title", tabindex: "-1" }, `Request ${id}`);
  const content = h("div");
  const element = h("aside.panel", { "aria-labelledby": "entry-title" },
    h("div.head", {}, title, h("a.close", { href: link("journal") }, "Close")), content);
  const look = calmly(() => attempt(async () => {
    const found = await get(`/journal/${encodeURIComponent(id)}`);
    exchange(content,
      h("p.position", {}, h("span.method", {}, found.method), h("code", {}, found.path + (found.query ? `?${found.query}` : "")), status(found.status)),
      h("p.quiet", {}, `${time.moment(found.at)} by the clock of the session; took ${found.duration_ms} ms`),
      ...outcome(found),
      h("h3", {}, "Request"), message(found.request),
      h("h3", {}, "Answer"), found.response ? message(found.response) : h("p.quiet", {}, "There was no answer."));
  }));
  look();
  return { id: String(id), element, title, look };
}

function outcome(found) {
  const list = (name, items) => (items.length ? [h("h3", {}, name), h("ul", {}, items.slice(0, FEW).map((one) => h("li", {}, one)),
    items.length > FEW ? h("li", {}, `${items.length - FEW} more`) : null)] : []);
  const moved = (one) => [h("a", { href: link("board", one.api, one.schema, one.key) }, `${one.schema} ${short(one.key)}`), ` ${states.step(one)}`];
  return [
    ...list("What it caused", found.transitions.map(moved)),
    ...list("What was due", found.due.map(moved)),
    ...list("What is wrong with it", found.violations.map((one) => `${one.location} ${one.name}: ${one.message}`)),
    ...list("Faults", found.faults.map((one) => `fault ${one} struck`)),
  ];
}

function message({ headers, json: value, text, base64 }) {
  const lines = Object.entries(headers).map(([name, one]) => h("div", {}, h("dt", {}, name), h("dd", {}, one)));
  const body = value !== undefined ? json(value) : text ?? base64;
  return h("div", {}, h("dl.headers", {}, lines), body === undefined ? h("p.quiet", {}, "No body.") : scrolling("Body", h("pre", {}, body)));
}
