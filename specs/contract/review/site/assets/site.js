// The search of the site, what prints, and what an address opens. Without this script every page can be read.
"use strict";

const root = document.currentScript.dataset.root;
const MOST = 40;

const form = document.querySelector(".search");
const input = document.getElementById("search");
const list = document.getElementById("found");
const count = document.getElementById("count");

let loading = null;
let chosen = -1;

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
input.addEventListener("focus", entries);
input.addEventListener("input", search);
input.addEventListener("keydown", steer);
input.addEventListener("blur", () => setTimeout(close, 150));
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => go(event.target.closest("li")));

document.addEventListener("keydown", (event) => {
  const isTyping = /^(input|textarea|select)$/i.test(event.target.tagName);
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    input.focus();
    input.select();
  }
});

// A page opened as a file may not fetch, but it may load a script.
function entries() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${root}assets/entries.js`;
    script.onload = () => resolve(window.callsheetEntries);
    script.onerror = () => reject(new Error("the index of the search cannot be loaded"));
    document.head.append(script);
  });
  return loading;
}

async function search() {
  const asked = input.value;
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) {
    close();
    return;
  }
  const every = await entries();
  if (input.value !== asked) return;
  const found = every
    .map((entry) => [worth(entry, words), entry])
    .filter(([points]) => points > 0)
    .sort(([one], [other]) => other - one);
  show(found.slice(0, MOST).map(([, entry]) => entry), found.length);
}

// How well an entry fits: every word must be in it; its title counts most, then the API on show.
function worth([kind, title, text, address], words) {
  const head = title.toLowerCase();
  const all = `${kind} ${head} ${text}`.toLowerCase();
  let points = 0;
  for (const word of words) {
    if (!all.includes(word)) return 0;
    points += head === word ? 8 : head.startsWith(word) ? 5 : head.includes(word) ? 3 : 1;
  }
  if (words.every((word) => head.includes(word))) points += 4 * words.length;
  if (kind.endsWith(" operation")) points += 3;
  if (window.location.pathname.includes(`/${address.split("/")[0]}/`)) points += 2;
  return points;
}

function show(found, total) {
  list.replaceChildren(...found.map(([kind, title, text, address], index) => {
    const item = document.createElement("li");
    item.id = `found-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.address = root + address;
    for (const [name, content] of [["span", kind], ["strong", title], ["span", text.slice(0, 160)]]) {
      const part = document.createElement(name);
      part.textContent = content;
      item.append(part);
    }
    return item;
  }));
  if (!found.length) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.setAttribute("aria-disabled", "true");
    item.textContent = "Nothing has all of these words.";
    list.append(item);
  }
  list.hidden = false;
  chosen = -1;
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
  count.textContent = `${total} found`;
}

function steer(event) {
  const items = [...list.querySelectorAll("li[data-address]")];
  if (event.key === "Escape") {
    close();
  } else if (event.key === "Enter" && items.length) {
    event.preventDefault();
    go(items[Math.max(chosen, 0)]);
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && items.length) {
    event.preventDefault();
    items[chosen]?.setAttribute("aria-selected", "false");
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + items.length + (chosen < 0 && event.key === "ArrowUp")) % items.length;
    items[chosen].setAttribute("aria-selected", "true");
    items[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", items[chosen].id);
  }
}

function go(item) {
  if (!item?.dataset.address) return;
  close();
  input.blur();
  window.location.href = item.dataset.address;
}

function close() {
  list.hidden = true;
  chosen = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
  count.textContent = "";
}

// What an address leads to may be folded away.
function unfold() {
  let name = window.location.hash.slice(1);
  try {
    name = decodeURIComponent(name);
  } catch {
    // an address somebody typed
  }
  const target = document.getElementById(name);
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
  target?.scrollIntoView();
}
window.addEventListener("hashchange", unfold);
if (window.location.hash) unfold();

// Paper cannot be unfolded.
let folded = [];
window.addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const one of folded) one.open = true;
});
window.addEventListener("afterprint", () => {
  for (const one of folded) one.open = false;
});
