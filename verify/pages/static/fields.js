/** Fields of a form: label, hint, what is wrong as one types, and the words of the service where it refused one. */

import { announce, freshId, h, icon, note, setBusy } from "./dom.js";
import { compact } from "./checks.js";

/** How digits are grouped while one types; sent without the spaces. */
export const GROUPS = { id: [6, 8, 4], card: [4, 4, 4, 4, 3], mobile: [3, 4, 4], account: [4, 4, 4, 4, 4, 4, 4, 4] };

/**
 * One line of input. `check` answers a code or null, `full` is the length at which it is judged while one types,
 * `groups` parts the characters, `optional` lets it stay empty, `words` are
 * those of codes of its own, and no sign says that it is right unless `vouched` answers true.
 */
export function field(session, { name, label, hint, value = "", check, full, groups, optional, options, words = {}, vouched = () => true, more = {} }) {
  const id = freshId(name);
  const shown = groups ? grouped(compact(value), groups) : value;
  // well-formed and yet refused: no sign says that it is right until it is changed
  const refused = session.verification?.last_error ? shown : null;
  const message = h("p", { class: "field-error", id: `${id}-error` });
  const control = options
    ? h("select", { id, name, ...more }, options.map(([key, text]) => h("option", { value: key }, text)))
    : h("input", { id, name, type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...more });
  control.value = shown;
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: id }, label, optional && h("span", { class: "optional" }, session.texts.optional)),
    h("div", { class: `control ${options ? "select" : ""}` }, control, icon("check")),
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    message,
  );
  const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  control.setAttribute("aria-describedby", described);
  if (!optional) control.setAttribute("aria-required", "true");

  const read = () => (groups ? compact(control.value) : control.value.trim());
  const fault = () => (read() ? (check?.(read()) ?? null) : optional ? null : "required");
  const show = (text) => {
    message.replaceChildren(...(text ? [icon("alert"), h("span", {}, text)] : []));
    element.classList.toggle("wrong", Boolean(text));
    element.classList.toggle("right", !text && Boolean(read()) && control.value !== refused && !fault() && vouched());
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
  const judge = () => {
    const code = fault();
    show(code && session.fieldMessage(code, words[code]));
    return !code;
  };
  control.addEventListener("input", () => {
    if (groups) regroup(control, groups);
    if (full && read().length >= full) judge();
    else if (element.classList.contains("wrong") ? !fault() : true) show(null);
  });
  control.addEventListener("blur", () => read() && judge());
  if (shown) show(null);
  return { name, element, control, read, judge, tell: show, refuse: (code, words) => show(session.fieldMessage(code, words)) };
}

function grouped(text, groups) {
  const parts = [];
  let at = 0;
  for (const size of groups) {
    if (at >= text.length) break;
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts.concat(text.slice(at) || []).join(" ");
}

/** Part what is typed into groups and leave the caret behind the same character. */
function regroup(control, groups) {
  const before = compact(control.value.slice(0, control.selectionStart)).length;
  const text = grouped(compact(control.value), groups);
  if (text === control.value) return;
  control.value = text;
  let caret = 0;
  for (let seen = 0; caret < text.length && seen < before; caret += 1) if (text[caret] !== " ") seen += 1;
  control.setSelectionRange(caret, caret);
}

/**
 * A form over `fields`: nothing is sent while one of them is wrong, what was typed is kept in the session for a
 * correction, and refusals stand at their field. `submit` gets the values and answers null or an error.
 */
export function form(session, { step, fields, label, submit, above = [], below = [], between, keep = true }) {
  const trouble = h("div", { class: "trouble", role: "alert" });
  const press = h("button", { type: "submit", class: "button main" }, h("span", { class: "label" }, label ?? session.texts.next));
  const shown = () => fields.filter((one) => !one.element.hidden);
  const values = () => Object.fromEntries(shown().filter((one) => one.read()).map((one) => [one.name, one.read()]));
  const lines = fields.map((one) => one.element);
  if (between) lines.splice(between.after, 0, ...between.parts);
  const element = h(
    "form",
    { class: "form", novalidate: true },
    above,
    trouble,
    lines,
    below,
    h("div", { class: "actions" }, press),
  );
  const send = async () => {
    trouble.replaceChildren();
    const wrong = shown().filter((one) => !one.judge());
    if (wrong.length) {
      announce(session.texts.problems.invalid_input);
      return wrong[0].control.focus();
    }
    if (keep) session.drafts[step] = values();
    setBusy(press, true);
    const error = await submit(values());
    setBusy(press, false);
    if (error) refuse(session, fields, trouble, error);
  };
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    if (press.getAttribute("aria-disabled") !== "true") send();
  });
  return element;
}

function refuse(session, fields, trouble, error) {
  const placed = [];
  for (const { field: name, code, message } of error.errors) {
    const found = fields.find((one) => placeOf(name).includes(one.name) && !one.element.hidden);
    found?.refuse(code, message);
    if (found) placed.push(found);
  }
  if (placed.length) return placed[0].control.focus();
  trouble.replaceChildren(note("error", h("p", {}, session.sentence(error))));
  trouble.scrollIntoView({ block: "center" });
}

/** Names a field of the contract goes by here: codes share a line, another person's data have lines of their own. */
function placeOf(name) {
  if (name === "organization_code") return ["credit_code"];
  if (name === "amounts") return ["first"];
  if (name.startsWith("legal_representative")) return [name.endsWith("id_number") ? "legal_id_number" : "legal_name"];
  return [name];
}

/** A field with suggestions that bind nobody. */
export function listed(session, options, suggestions) {
  const id = freshId("list");
  const made = field(session, { ...options, more: { list: id } });
  made.element.append(h("datalist", { id }, suggestions.map((value) => h("option", { value }))));
  return made;
}

/** What was found: the first sentence of a reason. The others tell those who can try again what to do. */
export function finding(words) {
  return words.match(/^.*?(?:。|\.(?= )|$)/s)[0];
}

/** What went wrong the last time at these steps, and what is left of the tries of the one that is open. */
export async function lastError(session, ...steps) {
  const { last_error: error } = session.verification;
  if (!error || !steps.includes(error.step)) return null;
  const { texts } = session;
  const words = await session.reason(error.code, error.message);
  const outage = error.code.startsWith("provider_");
  const left = session.step(session.verification.next_step).attempts_left;
  const tries = !outage && left && texts.triesLeft(left);
  return h("div", { role: "alert" }, note(outage ? "warn" : "error", h("p", {}, words), tries && h("p", { class: "tries" }, tries)));
}
