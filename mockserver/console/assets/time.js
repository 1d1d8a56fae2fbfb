// The clock of the session, as far as it can be told between two looks at it, and how times are written.

let face = null;
let read = 0;

export function set(next) {
  face = next;
  read = performance.now();
}

export const shown = () => face;

// The present moment in milliseconds since 1970.
export const now = () => (face ? Date.parse(face.now) + face.factor * (performance.now() - read) : Date.now());

export function moment(text) {
  return text ? text.replace("T", " ").replace(/(\.\d{1,3})\d*/, "$1").replace("Z", "") : "";
}

export function clockText(milliseconds) {
  const text = new Date(milliseconds).toISOString();
  return [text.slice(0, 10), text.slice(11, 19)];
}

export function span(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

// What a moment ahead is, seen from now.
export function until(text) {
  const left = Date.parse(text) - now();
  return left > 0 ? `in ${span(left)}` : "now";
}
