// The clock of the session: what it shows, and the buttons that set it.

import { ask, get } from "./client.js";
import { attempt, button, calmly, h, say } from "./dom.js";
import * as live from "./live.js";
import * as states from "./states.js";
import * as time from "./time.js";

const WORDS = { real: "Real time", frozen: "Frozen", factor: "Fast" };

export function start(root) {
  const date = h("span.date");
  const hour = h("span.hour");
  const mode = h("span.mode");
  const next = h("span.next");
  const factor = h("input", { type: "number", id: "factor", min: "0", step: "any", value: "60", required: true });
  const seconds = h("input", { type: "number", id: "seconds", min: "0", step: "any", value: "10", required: true });
  const freeze = button("Freeze", () => pace({ mode: "frozen" }), { "aria-pressed": "false" });
  const real = button("Real time", () => pace({ mode: "real" }), { "aria-pressed": "false" });
  const run = button("Run", undefined, { type: "submit", "aria-pressed": "false" });
  const event = button("Next event", () => advance({ to: "next-event" }));

  const submit = (act) => (event) => {
    event.preventDefault();
    act();
  };
  root.append(
    h("p.face", {}, h("time", {}, date, " ", hour), mode, next),
    h("div.controls", {},
      h("span.group", {}, freeze, real),
      h("form.group", { onsubmit: submit(() => pace({ factor: Number(factor.value) })) },
        h("label", { for: "factor" }, "Speed ×"), factor, run),
      h("form.group", { onsubmit: submit(() => advance({ seconds: Number(seconds.value) })) },
        h("label", { for: "seconds" }, "Seconds"), seconds, button("Step", undefined, { type: "submit" })),
      event),
  );

  function show(face) {
    if (face) time.set(face);
    const known = time.shown();
    if (!known) return;
    const [day, clock] = time.clockText(time.now());
    date.textContent = day;
    hour.textContent = clock;
    mode.textContent = known.mode === "factor" ? `${WORDS.factor} ×${known.factor}` : WORDS[known.mode];
    mode.className = `mode ${known.mode}`;
    next.textContent = known.next_event ? `next event ${time.until(known.next_event)}` : "nothing is due";
    event.disabled = !known.next_event;
    freeze.setAttribute("aria-pressed", known.mode === "frozen");
    real.setAttribute("aria-pressed", known.mode === "real");
    run.setAttribute("aria-pressed", known.mode === "factor");
  }

  const look = calmly(async () => show(await get("/clock")), 1000);

  const pace = (wanted) => attempt(async () => {
    const face = await ask("PUT", "/clock", wanted);
    show(face);
    say(face.mode === "frozen" ? "The clock stands still." : `The clock runs at ×${face.factor}.`);
  });

  const advance = (wanted) => attempt(async () => {
    const { fired, count } = await ask("POST", "/clock/advance", wanted);
    show(await get("/clock"));
    say(count ? `${count} ${count === 1 ? "transition" : "transitions"}: ${told(fired)}` : "No transition came of it.");
  });

  live.on("clock", show);
  for (const kind of ["look", "transition", "reset"]) live.on(kind, look);
  setInterval(() => live.state !== "paused" && show(), 500);
}

// A few transitions in words.
export function told(fired) {
  const few = fired.slice(0, 3).map((one) => `${one.schema} ${short(one.key)} ${states.step(one)}`);
  return few.join(", ") + (fired.length > few.length ? " …" : "");
}

export function short(key) {
  const text = String(key);
  return text.length > 16 ? `…${text.slice(-10)}` : text;
}
