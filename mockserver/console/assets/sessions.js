// Sessions and snapshots: make, fork, drop, keep, go back.

import { ask, get } from "./client.js";
import { attempt, button, calmly, exchange, field, h, row, rows, say, select, table } from "./dom.js";
import * as live from "./live.js";
import { DEFAULT, consoleOf, session } from "./place.js";
import * as time from "./time.js";

const SCENARIOS = [["", "as the server was started"], "calm", "busy", "failing", "empty"];
const CLOCKS = [["", "as the server was started"], ["real", "real time"], ["frozen", "frozen"]];
const COLUMNS = ["Session", "Seed", "Scenario", "Clock", "Address for clients", ""];
const KEPT = ["Snapshot", "Of", "Its clock", "Resources", ""];
const PARTS = ["state", "clock", "faults", "journal", "coverage"];

export function sessions() {
  const list = h("div");
  const kept = h("div");
  const look = calmly(async () => {
    exchange(list, listed(await get("/sessions"), look));
    exchange(kept, snapshots(await get("/snapshots"), look));
  }, 800);
  const element = h("div", {}, h("h1", { tabindex: "-1" }, "Sessions"),
    h("p.quiet", {}, `This page shows the session ${session}.`), list,
    h("div.sheets", {}, newSession(look), resetting(look)),
    h("h2", {}, "Snapshots"), kept, newSnapshot(look));
  const ends = ["look", "session", "clock", "reset"].map((kind) => live.on(kind, look));
  look();
  return { element, title: "Sessions", page: "sessions", leave: () => ends.forEach((end) => end()) };
}

// The list in the head of every page.
export function chooser() {
  const element = document.getElementById("session");
  const look = calmly(async () => {
    const names = (await get("/sessions")).map((one) => one.name);
    if (document.activeElement === element && element.options.length === names.length) return;
    element.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
    element.value = session;
  }, 1000);
  element.addEventListener("change", () => {
    window.location.assign(consoleOf(element.value) + window.location.hash);
  });
  for (const kind of ["look", "session"]) live.on(kind, look);
  look();
}

function listed(found, look) {
  const fork = (one) => attempt(async () => {
    const made = await ask("POST", "/sessions", { from_session: one.name });
    say(`${made.name} is a copy of ${one.name}.`);
    look();
  });
  const drop = (one) => attempt(async () => {
    await ask("DELETE", `/sessions/${one.name}`);
    say(`${one.name} is gone.`);
    if (one.name === session) window.location.assign(consoleOf(DEFAULT));
    look();
  });
  const shown = (one) => row(COLUMNS, one.name === session ? { "aria-current": "true" } : {}, [
    h("a", { href: `${consoleOf(one.name)}#/`, "data-focus": `open ${one.name}` }, one.name),
    one.seed, one.scenario, `${time.moment(one.clock.now)}, ${one.clock.mode}`, h("code", {}, one.base_url),
    [button("Fork", () => fork(one), { "aria-label": `Fork ${one.name}`, "data-focus": `fork ${one.name}` }),
      one.name === DEFAULT ? null : button("Drop", () => drop(one), { class: "danger", "aria-label": `Drop ${one.name}`, "data-focus": `drop ${one.name}` })],
  ]);
  return table(COLUMNS, rows(found.map(shown)), { tabindex: "-1", "data-fallback": "" });
}

function newSession(look) {
  const name = h("input", { type: "text", pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}", title: "Letters, digits, dots, dashes, underscores", spellcheck: "false", placeholder: "it gets one" });
  const seed = h("input", { type: "number", step: "1", placeholder: "as the server" });
  const scenario = select(SCENARIOS);
  const clock = select(CLOCKS);
  const make = (event) => {
    event.preventDefault();
    attempt(async () => {
      const wanted = {
        ...(name.value && { name: name.value }), ...(seed.value && { seed: Number(seed.value) }),
        ...(scenario.value && { scenario: scenario.value }), ...(clock.value && { clock: { mode: clock.value } }),
      };
      const made = await ask("POST", "/sessions", wanted);
      say(`${made.name} is there.`);
      name.value = "";
      look();
    });
  };
  return h("form.sheet", { onsubmit: make, "aria-labelledby": "new-session" }, h("h2", { id: "new-session" }, "Make a session"),
    h("div.fields", {}, field("Name", name), field("Seed", seed), field("Scenario", scenario), field("Clock", clock)),
    h("p.actions", {}, button("Make session", undefined, { type: "submit", class: "primary" })));
}

function resetting(look) {
  const boxes = PARTS.map((part) => [part, h("input", { type: "checkbox", checked: true })]);
  const reset = (event) => {
    event.preventDefault();
    attempt(async () => {
      const parts = boxes.filter(([, box]) => box.checked).map(([part]) => part);
      await ask("POST", "/reset", { parts });
      say(parts.length ? `Back at the beginning: ${parts.join(", ")}.` : "Nothing was chosen.");
      look();
    });
  };
  return h("form.sheet", { onsubmit: reset, "aria-labelledby": "reset" }, h("h2", { id: "reset" }, `Reset ${session}`),
    h("fieldset", {}, h("legend", {}, "What goes back to its beginning"),
      boxes.map(([part, box]) => h("label.check", {}, box, part))),
    h("p.actions", {}, button("Reset", undefined, { type: "submit", class: "danger" })));
}

function snapshots(found, look) {
  if (!found.length) return h("p.quiet", { tabindex: "-1", "data-fallback": "" }, "None has been taken.");
  const act = (text, method, path) => attempt(async () => {
    await ask(method, path);
    say(text);
    look();
  });
  const shown = (one) => row(KEPT, {}, [
    one.name, one.session ?? "uploaded", time.moment(one.now), one.resources,
    [
      button("Restore", () => act(`${session} is as ${one.name} says.`, "POST", `/snapshots/${one.name}/restore`), { "aria-label": `Restore ${one.name}`, "data-focus": `restore ${one.name}` }),
      button("Delete", () => act(`${one.name} is gone.`, "DELETE", `/snapshots/${one.name}`), { class: "danger", "aria-label": `Delete ${one.name}`, "data-focus": `delete ${one.name}` }),
    ],
  ]);
  return table(KEPT, rows(found.map(shown)), { tabindex: "-1", "data-fallback": "" });
}

function newSnapshot(look) {
  const name = h("input", { type: "text", pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}", title: "Letters, digits, dots, dashes, underscores", spellcheck: "false", placeholder: "it gets one" });
  const take = (event) => {
    event.preventDefault();
    attempt(async () => {
      const made = await ask("POST", "/snapshots", name.value ? { name: name.value } : {});
      say(`${made.name} is kept.`);
      name.value = "";
      look();
    });
  };
  return h("form.inline", { onsubmit: take }, field("Name", name), button("Take a snapshot", undefined, { type: "submit" }));
}
