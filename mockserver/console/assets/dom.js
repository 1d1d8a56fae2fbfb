// Elements made of data: text stays text, whatever is in it.

export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

export function button(text, act, attributes = {}) {
  return h("button", { type: "button", onclick: act, ...attributes }, text);
}

let fields = 0;

export function field(label, control, note) {
  fields += 1;
  control.id ||= `field-${fields}`;
  if (note) control.setAttribute("aria-describedby", `${control.id}-note`);
  return h("div.field", {}, h("label", { for: control.id }, label), control, note ? h("small", { id: `${control.id}-note` }, note) : null);
}

export function select(options, attributes = {}) {
  const given = options.map((one) => (Array.isArray(one) ? one : [one, one]));
  return h("select", attributes, given.map(([value, text]) => h("option", { value }, text)));
}

// A part of the page that is wider or higher than its room, which the keyboard can scroll.
export function scrolling(label, ...children) {
  return h("div.scroll", { role: "region", "aria-label": label, tabindex: "0" }, ...children);
}

// A table that a narrow page shows row by row, with the names of the columns beside the values: the
// roles say what it is when its looks no longer do.
export function table(columns, body, attributes = {}) {
  const heads = columns.map((one) => (one ? h("th", { scope: "col", role: "columnheader" }, one) : h("td", { role: "cell" })));
  return h("table", { role: "table", ...attributes },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body);
}

export const rows = (...given) => h("tbody", { role: "rowgroup" }, ...given);

export function row(columns, attributes, [first, ...cells]) {
  return h("tr", { role: "row", ...attributes },
    h("th", { scope: "row", role: "rowheader", "data-name": columns[0] }, first),
    cells.map((one, index) => h("td", { role: "cell", "data-name": columns[index + 1] || null }, one)));
}

export const json = (value) => JSON.stringify(value, null, 2);

// Exchange what is in *root* without taking the focus from whoever works there.
export function exchange(root, ...children) {
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  const name = focused?.dataset.focus;
  root.replaceChildren(...children.filter(Boolean));
  if (!focused || document.activeElement === focused) return;
  const again = focused.isConnected ? focused : name && root.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  (again || root.querySelector("[data-fallback]"))?.focus({ preventScroll: true });
}

let silence = 0;

// Say something once, to eyes and ears.
export function say(text, kind = "done") {
  const place = document.getElementById("says");
  place.className = `says ${kind}`;
  place.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => {
    place.textContent = "";
    place.className = "says";
  }, kind === "wrong" ? 12000 : 6000);
}

// Do something that the server may refuse, and say so if it does.
export async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    say(error.explained ?? String(error), "wrong");
    return undefined;
  }
}

// Have *act* called soon after a call, but never twice at once, nor more often than every so often.
export function calmly(act, pause = 400) {
  let wanted = false;
  let running = false;
  async function run() {
    if (running) return;
    running = true;
    while (wanted) {
      wanted = false;
      try {
        await act();
      } catch (error) {
        if (!error.explained) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    running = false;
  }
  return () => {
    wanted = true;
    run();
  };
}
