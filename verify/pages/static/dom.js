/** Elements in one call. Text is always text: nothing here parses HTML. */

import { embedded, openInSight } from "./embedded.js";

const SVG = "http://www.w3.org/2000/svg";

/** `h("button", {class: "main", onclick: f}, "Go")`; a property of null, undefined or false is left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "value" || name === "checked" || name === "srcObject") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...present(children));
  return element;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** A drawing out of path data, as tall as the text around it unless a class says otherwise. */
export function drawing(name, paths, view = 24) {
  const element = document.createElementNS(SVG, "svg");
  element.setAttribute("viewBox", typeof view === "number" ? `0 0 ${view} ${view}` : view);
  element.setAttribute("class", name);
  element.setAttribute("aria-hidden", "true");
  element.setAttribute("focusable", "false");
  for (const data of [paths].flat()) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", data);
    element.append(path);
  }
  return element;
}

const ICONS = {
  check: "M5 12.5l4.6 4.6L19.5 7",
  shield: ["M12 3l7.5 2.8v5.4c0 4.7-3.1 8-7.5 9.8-4.4-1.8-7.5-5.1-7.5-9.8V5.800z", "M8.700 12l2.400 2.500 4.400-4.700"],
  face: ["M4 8V6a2 2 0 0 1 2-2h2", "M16 4h2a2 2 0 0 1 2 2v2", "M20 16v2a2 2 0 0 1-2 2h-2", "M8 20H6a2 2 0 0 1-2-2v-2", "M9 9.500v1", "M15 9.500v1", "M9 14.500c1.700 1.700 4.300 1.700 6 0"],
  card: ["M3.500 7.500a2 2 0 0 1 2-2h13a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2z", "M3.500 10h17", "M7 15h3"],
  bank: ["M4 9.500L12 4.500l8 5z", "M6 9.500V17", "M10 9.500V17", "M14 9.500V17", "M18 9.500V17", "M4 19.500h16"],
  phone: ["M8 3.500h8a1.500 1.500 0 0 1 1.500 1.500v14a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 19V5A1.500 1.500 0 0 1 8 3.500z", "M11 17.500h2"],
  camera: ["M4 8.500a1.500 1.500 0 0 1 1.500-1.500h2l1.200-2h6.600l1.200 2h2A1.500 1.500 0 0 1 20 8.500v9a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 17.500z", "M12 10a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"],
  upload: ["M12 16V5", "M7.500 9L12 4.500 16.500 9", "M5 19.500h14"],
  file: ["M7 3.500h7l4 4v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1z", "M14 3.500v4h4", "M9 13h6", "M9 16.500h4"],
  clock: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M12 8v4.300l2.800 1.700"],
  info: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M12 11v5", "M12 8v.100"],
  alert: ["M12 4.500l8.500 14.500h-17z", "M12 10v4", "M12 16.500v.100"],
  cross: ["M6.500 6.500l11 11", "M17.500 6.500l-11 11"],
  chevron: "M9 5.500l6.500 6.500L9 18.500",
  sun: ["M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M12 3v1.500", "M12 19.500V21", "M3 12h1.500", "M19.500 12H21", "M5.600 5.600l1.100 1.100", "M17.300 17.300l1.100 1.100", "M18.400 5.600l-1.100 1.100", "M6.700 17.300l-1.100 1.100"],
  eye: ["M3 12s3.300-6 9-6 9 6 9 6-3.300 6-9 6-9-6-9-6z", "M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z"],
  glasses: ["M3 13a3.500 3.500 0 1 0 7 0 3.500 3.500 0 0 0-7 0z", "M14 13a3.500 3.500 0 1 0 7 0 3.500 3.500 0 0 0-7 0z", "M10 13c1-1.200 3-1.200 4 0"],
  globe: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M4 12h16", "M12 4c2.500 2.200 3.500 5 3.500 8s-1 5.800-3.500 8c-2.500-2.200-3.500-5-3.500-8s1-5.800 3.500-8z"],
  building: ["M5 20.500v-15a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v15", "M15 10h3a1 1 0 0 1 1 1v9.500", "M3.500 20.500h17", "M8.500 8.500h3", "M8.500 12h3", "M8.500 15.500h3"],
  pen: ["M4 20l1-4.500L15.500 5a2 2 0 0 1 2.800 0l.700.700a2 2 0 0 1 0 2.800L8.500 19z", "M14 6.500l3.500 3.500"],
};

export function icon(name) {
  return drawing("icon", ICONS[name]);
}

let saying;

/** Speaks to screen readers without moving the focus. */
export function announce(text) {
  const place = document.getElementById("announcer");
  if (!place) return;
  hush();
  saying = setTimeout(() => (place.textContent = text), 60);
}

/** Nothing that was said of one screen is read on the next. */
export function hush() {
  clearTimeout(saying);
  document.getElementById("announcer")?.replaceChildren();
}

export function note(kind, ...children) {
  const names = { error: "alert", warn: "alert", info: "info", good: "check" };
  return h("div", { class: `notice ${kind}` }, icon(names[kind]), h("div", { class: "notice-text" }, ...children));
}

/** A button that shows that it works, and cannot be pressed twice meanwhile. */
export function button(kind, label, onPress, more = {}) {
  const element = h("button", { type: "button", class: `button ${kind}`, ...more }, h("span", { class: "label" }, label));
  element.addEventListener("click", async () => {
    if (element.getAttribute("aria-disabled") === "true") return;
    setBusy(element, true);
    try {
      await onPress();
    } finally {
      setBusy(element, false);
    }
  });
  return element;
}

export function setBusy(element, busy) {
  element.classList.toggle("busy", busy);
  element.setAttribute("aria-disabled", String(busy));
}

let numbers = 0;

/** An id that nothing else on the page has. */
export function freshId(prefix) {
  numbers += 1;
  return `${prefix}-${numbers}`;
}

/** A modal dialog that closes by Escape, by its button and by a press outside it. */
export function dialog(title, closeLabel, ...children) {
  const heading = freshId("dialog");
  const element = h(
    "dialog",
    { class: "dialog", "aria-labelledby": heading },
    h(
      "div",
      { class: "dialog-inner" },
      h(
        "div",
        { class: "dialog-head" },
        h("h2", { id: heading }, title),
        h("button", { type: "button", class: "round", "aria-label": closeLabel, onclick: () => element.close() }, icon("cross")),
      ),
      h("div", { class: "dialog-body", tabindex: "0", role: "group", "aria-labelledby": heading }, ...children),
    ),
  );
  element.addEventListener("click", (event) => event.target === element && element.close());
  element.addEventListener("close", () => element.remove());
  document.body.append(element);
  if (embedded) openInSight(element);
  else element.showModal();
  return element;
}
