// Makes elements out of text alone: nothing that a model says is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function drawn(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

// A text in pieces; a hidden character is written out and named.
export function pieces(given) {
  return given.map((piece) =>
    piece.name ? element("span", { class: "escape", title: piece.name }, piece.text) : piece.text);
}
