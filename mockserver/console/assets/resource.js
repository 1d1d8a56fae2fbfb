// One resource: where it is in its life, what led there, what can come next.

import { ask, get, resource as address } from "./client.js";
import { short, told } from "./clock.js";
import { attempt, button, calmly, exchange, field, h, json, say, scrolling, select } from "./dom.js";
import { diagram } from "./diagram.js";
import * as live from "./live.js";
import { link } from "./place.js";
import * as states from "./states.js";
import * as time from "./time.js";
import { call } from "./calls.js";

export class Panel {
  constructor(api, schema, key) {
    Object.assign(this, { api, schema, key, known: "" });
    this.path = address(api, schema, key);
    this.title = h("h2", { id: "resource-title", tabindex: "-1", "data-fallback": "" }, `${schema} ${short(key)}`);
    this.state = h("p.position");
    this.drawing = h("div");
    this.next = h("section", { "aria-labelledby": "next-title" });
    this.history = h("section", { "aria-labelledby": "history-title" });
    this.view = h("section", { "aria-labelledby": "view-title" });
    this.element = h("aside.panel", { "aria-labelledby": "resource-title" },
      h("div.head", {}, this.title, h("a.close", { href: link("board", api, schema) }, "Close")),
      this.state, this.drawing, this.next, this.history, this.view);
    this.look = calmly(() => this.load(), 300);
    this.ends = [
      live.on("transition", (event) => this.isMe(event) && this.look()),
      live.on("request", (event) => event.api === api && event.method !== "GET" && this.look()),
      ...["look", "reset"].map((kind) => live.on(kind, this.look)),
    ];
    this.ticking = setInterval(() => live.state !== "paused" && this.tick(), 500);
    this.look();
  }

  leave() {
    clearInterval(this.ticking);
    this.ends.forEach((end) => end());
  }

  isMe(event) {
    return event.api === this.api && event.schema === this.schema && String(event.key) === this.key;
  }

  async load() {
    let found;
    try {
      found = await get(this.path);
    } catch (error) {
      if (error.status !== 404) throw error;
      this.known = "";
      this.found = null;
      exchange(this.state, `It is not there: ${error.message}.`);
      for (const part of [this.drawing, this.next, this.history, this.view]) exchange(part);
      return;
    }
    const text = JSON.stringify(found);
    if (text === this.known) return;
    this.known = text;
    const isMoved = this.found?.state !== found.state;
    this.found = found;
    this.title.textContent = found.label === String(found.key) ? `${this.schema} ${short(found.key)}` : `${found.label} (${this.schema} ${short(found.key)})`;
    this.title.title = String(found.key);
    this.ahead = h("span.ahead");
    exchange(this.state, this.badge(found.state), h("span", {}, `since ${time.moment(found.since)}`), this.ahead);
    this.tick();
    if (isMoved) exchange(this.drawing, await diagram(this.api, this.schema, found.state));
    exchange(this.next, ...this.ways(found));
    exchange(this.history, ...this.steps(found));
    exchange(this.view, h("h3", { id: "view-title" }, "What its API shows"),
      found.view === null ? h("p.quiet", {}, "Nothing.") : scrolling("What its API shows", h("pre", {}, json(found.view))));
  }

  tick() {
    const { due, upcoming } = this.found ?? {};
    if (this.ahead) this.ahead.textContent = due ? `→ ${states.name(this.api, this.schema, upcoming)} ${time.until(due)}` : "";
  }

  badge(state) {
    return h(`span.badge.${states.tone(this.api, this.schema, state)}`, {}, states.name(this.api, this.schema, state));
  }

  ways(found) {
    const all = states.cycleOf(this.api, this.schema)?.states ?? [];
    const target = select(all.map((one) => [one, states.name(this.api, this.schema, one)]), { "data-focus": "force to" });
    const force = (event) => {
      event.preventDefault();
      this.move(target.value, true);
    };
    return [
      h("h3", { id: "next-title" }, "What can come next"),
      found.next.length ? h("ul.ways", {}, found.next.map((way) => this.way(way))) : h("p.quiet", {}, "Nothing: no transition leaves this state."),
      all.length ? h("form.inline", { onsubmit: force }, field("Force to any state", target),
        button("Force", undefined, { type: "submit", class: "danger", "data-focus": "force" })) : null,
    ].filter(Boolean);
  }

  way(way) {
    const target = states.name(this.api, this.schema, way.target);
    const name = `${way.command} ${way.target}`;
    const acts = way.request
      ? call(this, way, name)
      : [button(`Move to ${target}`, () => this.move(way.target, false), { "data-focus": `move ${name}` })];
    return h("li.way", {},
      h("p", {}, this.badge(way.target), h("span.command", {}, way.trigger ? way.command : way.how)),
      h("p.statement", {}, h("code", {}, way.statement), " ", way.provenance), acts);
  }

  async move(target, force) {
    await attempt(async () => {
      const { fired } = await ask("POST", `${this.path}/move`, { target, force });
      say(fired.length ? told(fired) : "Nothing moved.");
    });
    this.look();
  }

  steps(found) {
    const step = (one) => h("li", {},
      h("p", {}, h("time", {}, time.moment(one.at)), " ",
        `${states.name(this.api, this.schema, one.source)} → ${states.name(this.api, this.schema, one.target)}`, " ",
        h("span.cause", {}, "by ", one.journal_id === undefined ? one.cause
          : h("a", { href: link("journal", one.journal_id), "data-focus": `step ${one.journal_id}` }, `${one.cause} (request ${one.journal_id})`))),
      h("p.statement", {}, one.statement ? [h("code", {}, one.statement.id), " ", one.statement.provenance] : "Forced: no statement of the contract."));
    return [
      h("h3", { id: "history-title" }, "What led here"),
      found.history.length ? h("ol.steps", {}, [...found.history].reverse().map(step))
        : h("p.quiet", {}, "It has not moved since this server keeps count."),
    ];
  }
}
