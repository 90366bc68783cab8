// Elements. Whatever a peer said reaches the page through these, and only as text.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  const there = children.flat().filter((child) => child !== null && child !== undefined && child !== false);
  element.append(...there.map((child) => (typeof child === "string" ? visible(child) : child)));
  return element;
}

/** An HTML element; a child that is a string becomes text. `on…` is a listener. */
function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same of SVG. */
function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function byId(id) {
  return document.getElementById(id);
}

function show(element, ...children) {
  element.hidden = false;
  element.replaceChildren(...children.flat().filter(Boolean));
}

/** A button that is pressed or not. */
function toggle(text, pressed, onclick, attributes) {
  return h("button", { type: "button", class: "chip", "aria-pressed": String(pressed), onclick, ...attributes }, text);
}

/** Text with what is searched for in it marked. `find`: a RegExp with the flag g, or null. */
function marked(text, find) {
  if (!find) return [text];
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(find)) {
    if (match[0] === "" || parts.length > 200) break;
    parts.push(text.slice(last, match.index), h("mark", null, match[0]));
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts;
}
