// The life cycle of a schema as a drawing, with the state of one resource marked in it.

import { reach } from "./client.js";
import { button, h, scrolling } from "./dom.js";
import * as states from "./states.js";

const drawings = new Map();

async function fetched(api, schema) {
  const name = `${encodeURIComponent(api)}/${encodeURIComponent(schema)}`;
  if (!drawings.has(name)) {
    const answer = await reach(`/assets/diagrams/${name}.svg`);
    const text = answer.ok ? await answer.text() : null;
    drawings.set(name, text && new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
  }
  return drawings.get(name);
}

export async function diagram(api, schema, state) {
  const cycle = states.cycleOf(api, schema);
  const label = `Life cycle of ${schema}, now ${states.name(api, schema, state)}`;
  const drawing = await fetched(api, schema);
  if (!drawing) return plain(cycle, api, schema, state);
  const sheet = document.importNode(drawing, true);
  sheet.setAttribute("role", "img");
  sheet.setAttribute("aria-label", label);
  for (const one of sheet.querySelectorAll("[data-state]")) {
    one.classList.toggle("current", one.dataset.state === state);
  }
  for (const one of sheet.querySelectorAll("[data-sources]")) {
    one.classList.toggle("leaving", one.dataset.sources.split(" ").includes(state));
  }
  const frame = framed(label, sheet);
  return h("div", {}, frame, button("Enlarge the diagram", () => enlarge(label, sheet), { class: "enlarge", "data-focus": "enlarge" }));
}

function framed(label, sheet) {
  const frame = scrolling(`Diagram: ${label}`, sheet);
  frame.classList.add("diagram");
  requestAnimationFrame(() => centre(frame));
  return frame;
}

function enlarge(label, sheet) {
  const close = button("Close", () => dialog.close());
  const dialog = h("dialog.large", { "aria-label": label, onclose: () => dialog.remove() },
    h("div.head", {}, h("h2", {}, label), close), framed(label, sheet.cloneNode(true)));
  document.body.append(dialog);
  dialog.showModal();
}

// A wide drawing is shown where the current state is.
function centre(frame) {
  const current = frame.querySelector(".current .outline")?.getBoundingClientRect();
  if (!current) return;
  const room = frame.getBoundingClientRect();
  frame.scrollLeft += current.left + current.width / 2 - room.left - room.width / 2;
  frame.scrollTop += current.top + current.height / 2 - room.top - room.height / 2;
}

// Where nothing can lay out diagrams, the ways are written down.
function plain(cycle, api, schema, state) {
  const named = (one) => states.name(api, schema, one);
  return h("ul.ways-plain", {}, cycle.states.map((source) => {
    const targets = [...new Set(cycle.transitions.filter((one) => one.source === source).map((one) => one.target))];
    const text = `${named(source)} → ${targets.map(named).join(", ") || "nothing more"}`;
    return h("li", source === state ? { "aria-current": "true" } : {}, text);
  }));
}
