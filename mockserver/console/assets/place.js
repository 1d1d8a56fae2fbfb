// Where this page stands: under the prefix of a session, or under none, which is the default one.

const path = window.location.pathname;

export const DEFAULT = "default";
export const HOME = "/__admin";

export const prefix = path.slice(0, path.indexOf(HOME));
export const session = prefix ? prefix.slice("/s/".length) : DEFAULT;

export const consoleOf = (name) => (name === DEFAULT ? `${HOME}/` : `/s/${name}${HOME}/`);

// What is told apart by the part of an address behind the hash: #/board/scale/Job/17
export const route = () =>
  window.location.hash.replace(/^#?\/?/, "").split("/").filter(Boolean).map((one) => {
    try {
      return decodeURIComponent(one);
    } catch {
      return one;
    }
  });

export const link = (...parts) => `#/${parts.map((one) => encodeURIComponent(one)).join("/")}`;
