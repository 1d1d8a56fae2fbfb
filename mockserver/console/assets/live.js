// What happens in this session, as it happens: a stream of events, or a look every now and then.

import { reach } from "./client.js";
import { session } from "./place.js";

const LOOK = 2000;
const LOOK_ANYHOW = 10000;
const AGAIN = 3000;

const listeners = new Map();

// The kinds of the server, and of ours: "look" when anything may have changed, "state" when the
// connection has, "gone" when there is no such session.
export function on(kind, act) {
  const all = listeners.get(kind) ?? new Set();
  listeners.set(kind, all.add(act));
  return () => all.delete(act);
}

function tell(kind, data) {
  for (const act of [...(listeners.get(kind) ?? [])]) act(data);
}

export let state = "connecting";
let paused = false;

function become(next) {
  state = paused ? "paused" : next;
  tell("state", state);
}

export function pause(wanted) {
  paused = wanted;
  become(streaming ? "live" : "polling");
  if (!paused) tell("look");
}

let streaming = false;

async function listen() {
  const answer = await reach(`/events?session=${encodeURIComponent(session)}`);
  if (answer.status === 404) {
    tell("gone", (await answer.json()).known);
    return false;
  }
  if (!answer.ok) return true;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  streaming = true;
  become("live");
  if (!paused) tell("look");
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return true;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) take(block);
  }
}

function take(block) {
  let kind = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) kind = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trim());
  }
  if (data.length && !paused) tell(kind, JSON.parse(data.join("\n")));
}

// Not everything that changes is told: what the scheduler adds by itself, what other people set up.
export async function follow() {
  let looked = Date.now();
  setInterval(() => {
    if (paused || document.visibilityState !== "visible") return;
    if (streaming && Date.now() - looked < LOOK_ANYHOW) return;
    looked = Date.now();
    tell("look");
  }, LOOK);
  for (let goOn = true; goOn;) {
    try {
      goOn = await listen();
    } catch {
      // the server has gone, or has let go of us: look, and try again
    }
    streaming = false;
    become("polling");
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}
