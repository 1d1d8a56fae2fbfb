// Faults: what goes wrong on purpose, how often it did, and a form to add one.

import { ask, get } from "./client.js";
import { attempt, button, calmly, exchange, field, h, row, rows, say, select, table } from "./dom.js";
import * as live from "./live.js";
import * as states from "./states.js";

const COLUMNS = ["Fault", "What it does", "To whom", "Matched", "Struck", ""];

const KINDS = {
  status: "Answer with a status",
  latency: "Answer late",
  throttle: "Throttle",
  reset: "Reset the connection",
  truncate: "Cut the answer off",
  stuck: "Keep resources in their state",
};

export function faults() {
  const list = h("div");
  const look = calmly(async () => {
    const found = await get("/faults");
    pill(found.length);
    exchange(list, found.length ? listed(found, look) : h("p.quiet", { "data-fallback": "", tabindex: "-1" }, "Nothing goes wrong on purpose."));
  }, 500);
  const element = h("div", {}, h("h1", { tabindex: "-1" }, "Faults"), list, form(look));
  const ends = ["look", "request", "reset", "transition", "fault"].map((kind) => live.on(kind, look));
  look();
  return { element, title: "Faults", page: "faults", leave: () => ends.forEach((end) => end()) };
}

// How many faults there are stands beside the link to them, on every page.
export function count() {
  const look = calmly(async () => pill((await get("/faults")).length), 2000);
  for (const kind of ["look", "reset", "fault"]) live.on(kind, look);
}

function pill(number) {
  const place = document.getElementById("fault-count");
  place.hidden = !number;
  place.textContent = number;
}

function listed(found, look) {
  const remove = (one) => attempt(async () => {
    await ask("DELETE", `/faults/${one.id}`);
    say(`Fault ${one.id} is gone.`);
    look();
  });
  const removeAll = () => attempt(async () => {
    await ask("DELETE", "/faults");
    say("All faults are gone.");
    look();
  });
  return h("div", {},
    table(COLUMNS, rows(found.map((one) => row(COLUMNS, {}, [
      one.id, deed(one.do), aim(one), one.matched, one.fired,
      button("Remove", () => remove(one), { "aria-label": `Remove fault ${one.id}`, "data-focus": `remove ${one.id}` }),
    ])))),
    h("p", {}, button("Remove all", removeAll, { "data-focus": "remove all", "data-fallback": "" })));
}

function deed({ kind, ...more }) {
  const details = Object.entries(more).map(([name, value]) => `${name.replace("_", " ")} ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [KINDS[kind], ...details].join(", ");
}

function aim(one) {
  const parts = [
    one.api ?? "all APIs", one.operation, one.method, one.path, one.state && `in state ${one.state}`,
    one.rate < 1 && `${Math.round(one.rate * 100)} % of the time`, one.times && `${one.times} ${one.times === 1 ? "time" : "times"}`,
  ];
  return parts.filter(Boolean).join(", ");
}

function form(look) {
  const number = (attributes) => h("input", { type: "number", ...attributes });
  const kind = select(Object.entries(KINDS));
  const api = select([["", "all"], ...states.apis.map((one) => one.name)]);
  const operation = select([]);
  const state = select([]);
  const schema = select([]);
  const method = select([["", "any"], "GET", "POST", "PUT", "PATCH", "DELETE"]);
  const path = h("input", { type: "text", placeholder: "/v6/jobs/*", spellcheck: "false" });
  const rate = number({ min: "0", max: "100", step: "any", value: "100", required: true });
  const times = number({ min: "1", placeholder: "no limit" });
  const code = number({ min: "200", max: "599", value: "503" });
  const body = h("input", { type: "text", placeholder: "as the API words it", spellcheck: "false" });
  const seconds = number({ min: "0", max: "3600", step: "any", value: "2" });
  const spread = number({ min: "0", max: "100", step: "any", value: "0" });
  const after = number({ min: "0", max: "86400", placeholder: "as the API says" });
  const key = h("input", { type: "text", placeholder: "all of them", spellcheck: "false" });
  // The fields that mean something for some kinds only, by the names that the admin API has for them.
  const special = [
    ["status", field("Status", code), ["status", "throttle"]],
    ["body", field("Body", body, "JSON or text"), ["status", "throttle"]],
    ["seconds", field("Seconds", seconds), ["latency"]],
    ["spread", field("More or less, in %", spread), ["latency"]],
    ["retry_after", field("Retry after, in seconds", after), ["status", "throttle"]],
    ["schema", field("Schema", schema), ["stuck"]],
    ["key", field("Key", key), ["stuck"]],
  ];
  const general = [field("Operation", operation), field("Method", method), field("Path", path), field("How often, in %", rate), field("How many times", times)];

  function arrange() {
    for (const [, one, kinds] of special) one.hidden = !kinds.includes(kind.value);
    for (const one of general) one.hidden = kind.value === "stuck";
  }
  function fill() {
    const known = states.apis.filter((one) => !api.value || one.name === api.value);
    options(operation, [["", "all"], ...(api.value ? known[0].operations.map((one) => one.id) : [])]);
    options(schema, [...new Set(known.flatMap((one) => Object.keys(one.lifecycles)))]);
    options(state, [["", "any"], ...new Set(known.flatMap((one) => Object.values(one.lifecycles).flatMap((cycle) => cycle.states.map((value) => value))))]);
  }
  kind.addEventListener("change", () => {
    arrange();
    code.value = kind.value === "throttle" ? "429" : "503";
  });
  api.addEventListener("change", fill);
  fill();
  arrange();

  function asked() {
    const given = (entries) => Object.fromEntries(entries.filter(([, value]) => value !== "" && value !== undefined));
    const digits = (input) => (input.value === "" ? "" : Number(input.value));
    const values = {
      status: digits(code), body: content(body.value), seconds: digits(seconds), spread: digits(spread) / 100,
      retry_after: digits(after), schema: schema.value, key: key.value,
    };
    const uses = special.filter(([, , kinds]) => kinds.includes(kind.value)).map(([name]) => [name, values[name]]);
    const about = kind.value === "stuck" ? [] : [
      ["operation", operation.value], ["method", method.value], ["path", path.value],
      ["rate", Number(rate.value) / 100], ["times", digits(times)],
    ];
    return given([["api", api.value], ["state", state.value], ...about, ["do", { kind: kind.value, ...given(uses) }]]);
  }

  const add = (event) => {
    event.preventDefault();
    attempt(async () => {
      const made = await ask("POST", "/faults", asked());
      say(`Fault ${made.id} is there.`);
      look();
    });
  };
  return h("form.sheet", { onsubmit: add, "aria-labelledby": "new-fault" },
    h("h2", { id: "new-fault" }, "Add a fault"),
    h("div.fields", {}, field("What goes wrong", kind), field("API", api), general[0], field("Only in state", state), general.slice(1), special.map(([, one]) => one)),
    h("p.actions", {}, button("Add fault", undefined, { type: "submit", class: "primary" })));
}

function options(element, given) {
  const was = element.value;
  element.replaceChildren(...select(given).children);
  element.value = [...element.options].some((one) => one.value === was) ? was : element.options[0].value;
}

function content(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
