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
