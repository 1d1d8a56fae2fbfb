// The board of one schema: a column for each state, a card for each resource, and cards that move.

import { get } from "./client.js";
import { calmly, h } from "./dom.js";
import { short } from "./clock.js";
import * as live from "./live.js";
import { link } from "./place.js";
import * as states from "./states.js";
import * as time from "./time.js";

const MOST = 8;
const MORE = 25;

export class Board {
  constructor(api, schema) {
    this.api = api;
    this.schema = schema;
    this.cycle = states.cycleOf(api, schema);
    this.cards = new Map();
    this.dirty = new Set(this.cycle.states);
    this.selected = null;
    this.columns = new Map(this.cycle.states.map((state) => [state, new Column(this, state)]));
    this.element = h("div.board", { role: "region", "aria-label": `Board of ${schema}`, tabindex: "0" },
      [...this.columns.values()].map((one) => one.element));
    this.look = calmly(() => this.load());
    this.ends = [
      live.on("transition", (event) => {
        if (event.api === api && event.schema === schema) this.soil(event.source, event.target);
      }),
      ...["look", "reset", "request"].map((kind) => live.on(kind, (event) => {
        if (kind !== "request" || (event.api === api && event.method !== "GET")) this.soil(...this.cycle.states);
      })),
    ];
    this.ticking = setInterval(() => live.state !== "paused" && this.tick(), 500);
  }

  leave() {
    clearInterval(this.ticking);
    this.ends.forEach((end) => end());
  }

  soil(...names) {
    names.forEach((name) => this.dirty.add(name));
    this.look();
  }

  select(key) {
    this.selected = key === undefined ? null : String(key);
    for (const [name, card] of this.cards) {
      if (name === this.selected) card.link.setAttribute("aria-current", "true");
      else card.link.removeAttribute("aria-current");
    }
  }

  async load() {
    const about = { api: this.api, schema: this.schema };
    const dirty = this.dirty;
    this.dirty = new Set();
    const counts = (await get("/resources", { ...about, limit: 0 })).states[this.api]?.[this.schema] ?? {};
    const lists = await Promise.all([...dirty].map(async (state) => {
      if (!counts[state]) return [state, []];
      const limit = this.columns.get(state).most;
      return [state, (await get("/resources", { ...about, state, limit, order: "-since" })).items];
    }));
    this.show(counts, new Map(lists));
  }

  show(counts, lists) {
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    const places = this.places();
    for (const [state, column] of this.columns) {
      column.show(counts[state] ?? 0, lists.get(state));
    }
    for (const [name, card] of this.cards) {
      if (!card.element.isConnected) this.cards.delete(name);
    }
    this.tick();
    this.select(this.selected ?? undefined);
    if (focused && document.activeElement !== focused) {
      (focused.isConnected ? focused : this.element).focus({ preventScroll: true });
    }
    this.glide(places);
  }

  places() {
    return new Map([...this.cards].map(([name, card]) => [name, card.element.getBoundingClientRect()]));
  }

  // Cards that have changed their column glide there, unless somebody wants no motion.
  glide(places) {
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches || !places.size) return;
    for (const [name, { element }] of this.cards) {
      const was = places.get(name);
      const is = element.getBoundingClientRect();
      if (!was) element.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 250 });
      else if (Math.abs(was.left - is.left) > 2) {
        const from = `translate(${was.left - is.left}px, ${was.top - is.top}px)`;
        element.animate([{ transform: from }, { transform: "none" }], { duration: 350, easing: "ease-out" });
      }
    }
  }

  tick() {
    for (const card of this.cards.values()) card.tick();
  }

  card(item) {
    const name = String(item.key);
    const card = this.cards.get(name) ?? new Card(this, item);
    this.cards.set(name, card);
    card.show(item);
    return card.element;
  }
}

class Column {
  constructor(board, state) {
    this.board = board;
    this.state = state;
    this.most = MOST;
    this.shown = [];
    const { api, schema, cycle } = board;
    const id = `state-${state}`;
    this.number = h("span.count", {}, "0");
    this.list = h("ul", { "aria-labelledby": id });
    this.more = h("button.more", { type: "button", hidden: true, onclick: () => {
      this.most = Math.min(this.most + MORE, 1000);
      board.soil(state);
    } });
    this.element = h(`section.column.${states.tone(api, schema, state)}`, { "data-state": state, "aria-labelledby": id },
      h("h3", { id }, h("span.name", {}, states.breakable(api, schema, state)), this.number,
        cycle.final.includes(state) ? h("span.final", { title: "Nothing leaves this state" }, "final") : null),
      this.list, this.more);
  }

  show(count, items) {
    this.number.textContent = count;
    this.element.classList.toggle("empty", count === 0);
    if (items) {
      this.list.replaceChildren(...items.map((item) => this.board.card(item)));
      this.shown = items;
    }
    const left = count - this.shown.length;
    this.more.hidden = left <= 0 || this.most >= 1000;
    this.more.textContent = `${left} more`;
  }
}

class Card {
  constructor(board, item) {
    this.label = h("span.label");
    this.key = h("span.key");
    this.due = h("span.due");
    this.done = h("span.done");
    const bar = h("span.progress", { "aria-hidden": "true" }, this.done);
    this.bar = bar;
    this.link = h("a", { href: link("board", board.api, board.schema, item.key), title: String(item.key) },
      this.label, this.key, this.due, bar);
    this.element = h("li", { "data-key": String(item.key) }, this.link);
    this.board = board;
  }

  show(item) {
    this.item = item;
    const isNamed = item.label !== String(item.key);
    this.label.textContent = isNamed ? item.label : short(item.key);
    this.key.textContent = isNamed ? short(item.key) : "";
    this.bar.hidden = !item.due;
  }

  tick() {
    const { due, since, upcoming } = this.item;
    const { api, schema } = this.board;
    this.due.textContent = due ? `→ ${states.name(api, schema, upcoming)} ${time.until(due)}` : "";
    if (!due) return;
    const [from, to] = [Date.parse(since), Date.parse(due)];
    const share = to > from ? Math.min(1, Math.max(0, (time.now() - from) / (to - from))) : 1;
    this.done.style.width = `${(share * 100).toFixed(1)}%`;
  }
}
