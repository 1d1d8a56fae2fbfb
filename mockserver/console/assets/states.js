// The APIs that are served, their life cycles, and how their states look.

import { get } from "./client.js";

export let apis = [];

export async function learn() {
  apis = await get("/apis");
}

export const find = (name) => apis.find((one) => one.name === name);

export function cycleOf(api, schema) {
  return find(api)?.lifecycles[schema];
}

export function name(api, schema, state) {
  return cycleOf(api, schema)?.names[state] ?? state;
}

// The same, with the places where it may go on in the next line.
export function breakable(api, schema, state) {
  const parts = name(api, schema, state).split(/(?<=_)|(?<=[a-z])(?=[A-Z])/);
  return parts.flatMap((part, index) => (index ? [document.createElement("wbr"), part] : [part]));
}

export const step = (one) => `${name(one.api, one.schema, one.source)} → ${name(one.api, one.schema, one.target)}`;

const TONES = [
  ["bad", /fail|error|timed|lost|unknown|blocked|not_compatible/i],
  ["off", /cancel|suspend|archiv|interrupt|reset|reclaim|never|pause/i],
  ["good", /complete|succe|finish(?!ing)|ended|idle|done/i],
  ["busy", /run|render|progress|start|dispatch|finishing|assign|scheduling/i],
];

// The colour of a state follows from its name; it never says anything that the name does not.
export function tone(api, schema, state) {
  const text = name(api, schema, state);
  return TONES.find(([, pattern]) => pattern.test(text))?.[0] ?? "wait";
}
