// One contract in Swagger UI, which can also try its operations in the session of this page.

import { h } from "./dom.js";
import { consoleOf, prefix, session } from "./place.js";
import * as states from "./states.js";
import { get } from "./client.js";

const name = decodeURIComponent(window.location.pathname.split("/").pop());

async function start() {
  await states.learn();
  const { base_url: base } = await get(`/sessions/${session}`);
  document.title = `${states.find(name)?.title ?? name} · API reference · Callsheet`;
  document.querySelector(".brand").href = `${consoleOf(session)}#/board/${encodeURIComponent(name)}`;
  document.getElementById("apis").append(...states.apis.map((one) =>
    h("li", {}, h("a", { href: `${consoleOf(session)}reference/${one.name}`, "aria-current": one.name === name && "page" }, one.name))));
  const origin = new URL(base).origin;
  window.SwaggerUIBundle({
    url: `${origin}${prefix}/openapi/${name}.json`,
    domNode: document.getElementById("viewer"),
    deepLinking: false,
    validatorUrl: null,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    syntaxHighlight: { activated: false },
  });
}

start();
