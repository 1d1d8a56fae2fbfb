// A command of an API, sent as any client would send it; first it can be looked at and changed.

import { Refusal, get } from "./client.js";
import { attempt, button, field, h, json, say } from "./dom.js";
import { session } from "./place.js";

let base = null;

async function send({ method, path, body }) {
  base ??= (await get(`/sessions/${session}`)).base_url;
  const options = { method };
  if (body) {
    options.body = body;
    options.headers = { "Content-Type": "application/json" };
  }
  try {
    return await fetch(base + path, options);
  } catch {
    throw new Refusal(0, { error: `there was no answer to ${method} ${path}` });
  }
}

export function call(panel, way, name) {
  const { method, path, body } = way.request;
  const where = h("input", { value: path, required: true, spellcheck: "false", "data-focus": `path ${name}` });
  const what = h("textarea", { value: body === undefined ? "" : json(body), rows: "4", spellcheck: "false", "data-focus": `body ${name}` });
  const act = () => attempt(async () => {
    const answer = await send({ method, path: where.value, body: what.value.trim() });
    const said = (await answer.text()).trim();
    const text = `${method} ${where.value} answered ${answer.status}`;
    say(answer.ok ? text : `${text}: ${said.slice(0, 200)}`, answer.ok ? "done" : "wrong");
    panel.look();
  });
  return [
    button(`Call ${way.command}`, act, { class: "primary", "data-focus": `call ${name}` }),
    h("details", {}, h("summary", { "data-focus": `edit ${name}` }, `${method} ${path}`), field("Path", where), field("Body", what)),
  ];
}
