// The admin API, in the session of this page.

import { button, field, h } from "./dom.js";
import { HOME, session } from "./place.js";

const KEPT = "callsheet-admin-token";

export class Refusal extends Error {
  constructor(status, said) {
    super(said?.error ?? `the server answered ${status}`);
    this.status = status;
    this.known = said?.known ?? [];
  }

  get explained() {
    const known = this.known.slice(0, 12).join(", ");
    return known ? `${this.message} (there is ${known})` : this.message;
  }
}

export function headers() {
  const token = window.sessionStorage.getItem(KEPT);
  return { "X-Callsheet-Session": session, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
}

// Fetch something under /__admin; whoever must say who he is, is asked, once for all calls.
export async function reach(path, options = {}) {
  for (;;) {
    const sent = headers();
    let answer;
    try {
      answer = await fetch(HOME + path, { ...options, headers: { ...sent, ...options.headers } });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refusal(0, { error: "the server does not answer" });
    }
    if (answer.status !== 401) return answer;
    if (headers().Authorization === sent.Authorization) await askToken(Boolean(sent.Authorization));
  }
}

export async function ask(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await reach(path, options);
  const text = await answer.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    throw new Refusal(answer.status, { error: `the answer to ${method} ${path} is no JSON` });
  }
  if (!answer.ok) throw new Refusal(answer.status, value);
  return value;
}

export const get = (path, query = {}) => {
  const wanted = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined);
  const text = new URLSearchParams(wanted).toString();
  return ask("GET", text ? `${path}?${text}` : path);
};

export const resource = (api, schema, key) =>
  `/resources/${[api, schema, key].map((one) => encodeURIComponent(one)).join("/")}`;

let asking = null;

function askToken(wasWrong) {
  asking ??= new Promise((resolve) => {
    const input = h("input", { type: "password", id: "token", required: true, autocomplete: "off" });
    const form = h("form", { method: "dialog" },
      h("h2", { id: "token-title" }, "Who are you?"),
      h("p", {}, wasWrong ? "That token is not the right one." : "This server was started with an admin token."),
      field("Admin token", input),
      h("p.actions", {}, button("Go on", undefined, { type: "submit", class: "primary" })));
    const dialog = h("dialog", { "aria-labelledby": "token-title" }, form);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("close", () => {
      window.sessionStorage.setItem(KEPT, input.value);
      dialog.remove();
      asking = null;
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
  return asking;
}
