// The console: one page at a time, chosen by the address, above a stream of events.

import { Board } from "./board.js";
import { get } from "./client.js";
import * as clock from "./clock.js";
import { h } from "./dom.js";
import * as faults from "./faults.js";
import { journal } from "./journal.js";
import * as live from "./live.js";
import { overview } from "./overview.js";
import { consoleOf, link, route, session } from "./place.js";
import { Panel } from "./resource.js";
import * as sessions from "./sessions.js";
import * as states from "./states.js";

const main = document.getElementById("main");
let current = null;

function board(name, schema) {
  const api = states.find(name);
  if (!api) return missing(`There is no API ${name}.`);
  const schemas = Object.keys(api.lifecycles);
  const chosen = schema ?? schemas[0];
  if (!schemas.includes(chosen)) return missing(`${name} has no life cycle of ${chosen}.`);
  const shown = new Board(name, chosen);
  let panel = null;
  const tabs = schemas.map((one) => h("li", {}, h("a", { href: link("board", name, one), "aria-current": one === chosen && "page" }, one)));
  const split = h("div.split", {}, shown.element);
  const page = {
    element: h("div", {},
      h("div.row", {}, h("h1", { tabindex: "-1" }, api.title), h("a", { href: `${consoleOf(session)}reference/${name}` }, "API reference")),
      schemas.length > 1 ? h("nav.tabs", { "aria-label": "Life cycles" }, h("ul", {}, tabs)) : null,
      split),
    title: `${api.title}: ${chosen}`,
    page: name,
    leave() {
      shown.leave();
      panel?.leave();
    },
    // Another resource on the same board; without one, back to the card of the last.
    turn(key) {
      const last = shown.selected;
      panel?.leave();
      panel?.element.remove();
      panel = key === undefined ? null : new Panel(name, chosen, key);
      if (panel) split.append(panel.element);
      split.classList.toggle("open", Boolean(panel));
      shown.select(key);
      return panel ? panel.title : shown.cards.get(last)?.link;
    },
  };
  page.turn(schema && route()[3]);
  shown.look();
  return page;
}

function missing(text) {
  return { element: h("div", {}, h("h1", { tabindex: "-1" }, "Not here"), h("p", {}, text)), title: "Not here", page: "", leave() {} };
}

const PAGES = { "": overview, board, journal, faults: faults.faults, sessions: sessions.sessions };

// What two addresses have in common if they are the same page: all but the resource or the entry on show.
const frame = ([name, ...rest]) => JSON.stringify(name === "journal" ? [name] : [name, rest[0], rest[1] ?? Object.keys(states.find(rest[0])?.lifecycles ?? {})[0]]);

function show() {
  const parts = route();
  const [name = "", ...rest] = parts;
  if (current && current.frame === frame(parts) && current.turn) {
    current.turn(name === "journal" ? rest[0] : rest[2])?.focus();
    return;
  }
  const isFirst = current === null;
  current?.leave();
  const make = PAGES[name] ?? (() => missing("There is no such page."));
  current = { ...make(...rest), frame: frame(parts) };
  main.replaceChildren(current.element);
  document.title = `${current.title} · ${session} · Callsheet`;
  for (const one of document.querySelectorAll("[data-page]")) {
    if (one.dataset.page === current.page) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  if (!isFirst) {
    window.scrollTo(0, 0);
    (main.querySelector(".panel h2") ?? main.querySelector("h1")).focus({ preventScroll: true });
  }
}

const WORDS = { connecting: "Connecting", live: "Live", polling: "Looking", paused: "Paused" };

function showState(state) {
  const element = document.getElementById("live");
  element.className = state;
  document.getElementById("pause").textContent = state === "paused" ? "Go on" : "Pause";
  document.getElementById("live-word").textContent = WORDS[state];
}

async function start() {
  document.getElementById("skip").addEventListener("click", () => main.focus());
  document.getElementById("pause").addEventListener("click", () => live.pause(live.state !== "paused"));
  live.on("state", showState);
  live.on("gone", gone);
  live.on("session", (event) => event.session === session && event.change === "dropped" && gone());
  try {
    await get("/clock");
    await states.learn();
  } catch (error) {
    if (error.status === 404) await gone(error.known);
    else main.replaceChildren(h("h1", {}, "The console cannot start"), h("p", {}, error.explained ?? String(error)));
    return;
  }
  document.getElementById("apis").append(...states.apis.map((one) =>
    h("li", {}, h("a", { href: link("board", one.name), "data-page": one.name, title: one.title }, one.name))));
  clock.start(document.getElementById("clock"));
  sessions.chooser();
  faults.count();
  window.addEventListener("hashchange", show);
  show();
  live.follow();
}

async function gone(known = ["default"]) {
  current?.leave();
  window.removeEventListener("hashchange", show);
  main.replaceChildren(h("h1", { tabindex: "-1" }, `There is no session ${session}`),
    h("p", {}, "There is ", known.map((name, index) => [index ? ", " : "", h("a", { href: consoleOf(name) }, name)])));
}

start();
