// All APIs at a glance: how many resources are in which state.

import { get } from "./client.js";
import { calmly, exchange, h } from "./dom.js";
import * as live from "./live.js";
import { consoleOf, link, session } from "./place.js";
import * as states from "./states.js";

export function overview() {
  const cards = h("div.cards");
  const element = h("div", {}, h("h1", { tabindex: "-1" }, "Overview"), cards);
  const look = calmly(async () => {
    const found = await get("/resources", { limit: 0 });
    exchange(cards, ...states.apis.map((api) => card(api, found.states[api.name] ?? {})));
  }, 800);
  const ends = ["look", "transition", "reset", "request"].map((kind) => live.on(kind, look));
  look();
  return { element, title: "Overview", page: "overview", leave: () => ends.forEach((end) => end()) };
}

function card(api, counts) {
  const schemas = Object.keys(api.lifecycles);
  return h("article.card", { "data-api": api.name },
    h("h2", {}, h("a", { href: link("board", api.name), "data-focus": api.name }, api.title)),
    h("p.address", {}, h("code", {}, api.url)),
    schemas.map((schema) => summary(api, schema, counts[schema] ?? {})),
    h("p.links", {},
      h("a", { href: `${consoleOf(session)}reference/${api.name}`, "data-focus": `${api.name} reference` }, "API reference")));
}

function summary(api, schema, counts) {
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const filled = api.lifecycles[schema].states.filter((state) => counts[state]);
  return h("section.summary", {},
    h("h3", {},
      h("a", { href: link("board", api.name, schema), "data-focus": `${api.name} ${schema}` }, schema), h("span.count", {}, total)),
    h("div.share", { "aria-hidden": "true" }, filled.map((state) => {
      const part = h(`span.part.${states.tone(api.name, schema, state)}`);
      part.style.flexGrow = counts[state];
      return part;
    })),
    h("ul.tallies", {}, filled.map((state) =>
      h("li", {}, h(`span.tone.${states.tone(api.name, schema, state)}`), states.name(api.name, schema, state), " ", h("strong", {}, counts[state])))));
}
