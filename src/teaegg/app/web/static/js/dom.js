// Small helpers: making elements, and the words of the page. Text is only ever set as text, never
// as markup, so that nothing a document says can become part of the page.

export const texts = JSON.parse(document.body.dataset.texts || "{}");
export const me = JSON.parse(document.body.dataset.me || "{}");
export const language = document.body.dataset.language || "zh";

/** The text called `key` with {braces} filled in. */
export function say(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** say() for a count, with a wording of its own for one. */
export function sayCount(key, count) {
  const one = `${key}_one`;
  return say(count === 1 && one in texts ? one : key, { count });
}

/** An element; `properties` are set on it, `children` are nodes or strings, null is left out. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("aria-") || name === "role") element.setAttribute(name, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line icon from the path of its strokes. */
export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const stroke = document.createElementNS(SVG, "path");
  stroke.setAttribute("d", path);
  svg.append(stroke);
  return svg;
}

export function byId(id) {
  return document.getElementById(id);
}

/** What went wrong, as a box: {message, remedy}. */
export function notice(error, ...more) {
  return make("div", { class: "notice", role: "alert" },
    make("strong", {}, say("failed")),
    make("span", {}, error.message || ""),
    error.remedy ? make("span", { class: "muted" }, error.remedy) : null,
    ...more);
}
