/** Consent, item by item: what it is for, and who receives it. Nothing is ticked beforehand. */

import { announce, button, dialog, freshId, h, icon, note } from "../dom.js";
import { link } from "../frame.js";

export default async function consent(session) {
  const { texts } = session;
  const words = texts.consent;
  const notice = await session.client.notice({ locale: session.locale });
  const boxes = notice.items.map((item) => box(session, item));
  const ours = boxes.filter(({ item }) => !item.recipient);
  const shares = boxes.filter(({ item }) => item.recipient);
  const count = h("p", { class: "count" });
  const required = boxes.filter(({ item }) => item.required);
  const recount = () => (count.textContent = words.count(required.filter(({ input }) => input.checked).length, required.length));
  const list = h(
    "div",
    { class: "consent" },
    group(words.ours, words.oursText, ours),
    shares.length > 0 && group(words.shares, words.sharesText, shares),
  );
  list.addEventListener("change", recount);
  recount();
  const trouble = h("div", { role: "alert" });

  const send = async () => {
    const missing = required.filter(({ input }) => !input.checked);
    for (const one of boxes) one.judge(missing.includes(one));
    if (missing.length) {
      announce(words.missing(missing.length));
      trouble.replaceChildren(note("error", h("p", {}, words.missing(missing.length))));
      return missing[0].input.focus();
    }
    const granted = boxes.filter(({ input }) => input.checked).map(({ item }) => item.id);
    const body = { policy_version: notice.policy_version, notice_id: notice.notice_id, granted };
    const error = await session.submit("consent", body);
    if (error) trouble.replaceChildren(note("error", h("p", {}, session.sentence(error))));
  };
  return {
    title: words.title,
    lede: words.lede(session.application),
    content: [list, trouble, h("div", { class: "actions" }, count, button("main", words.submit, send)), h("p", { class: "small" }, words.withdraw), h("p", { class: "small" }, link(words.decline.open, () => decline(session)))],
  };
}

/** A no is as easy as a yes, and is not asked about again at once. */
function decline(session) {
  const { texts } = session;
  const words = texts.consent.decline;
  const say = async () => {
    shown.close();
    const error = await session.attempt(() => session.client.cancel({ reason: "consent_declined" }));
    if (error) await session.show(null, { told: session.sentence(error) });
  };
  const choice = h("div", { class: "actions" }, button("danger", words.yes, say), button("plain", texts.cancel.no, () => shown.close()));
  const shown = dialog(words.title, texts.close, h("p", {}, words.lede(session.application)), choice);
}

export function group(title, text, boxes) {
  const heading = freshId("group");
  return h(
    "section",
    { class: "group", "aria-labelledby": heading },
    h("h2", { id: heading }, title),
    h("p", { class: "small" }, text),
    boxes.map(({ element }) => element),
  );
}

export function box(session, item) {
  const { texts } = session;
  const words = texts.consent;
  const id = freshId("item");
  const order = Object.keys(texts.kinds);
  const kinds = [...item.data].sort((a, b) => order.indexOf(a) - order.indexOf(b)).map((kind) => texts.kinds[kind] ?? kind).join(texts.listComma);
  const input = h("input", { type: "checkbox", id, name: item.id, "aria-describedby": `${id}-text` });
  const title = item.recipient ? item.recipient.name : kinds;
  const optional = !item.required && h("span", { class: "tag" }, words.optional);
  const facts = [
    item.recipient && [words.kinds, kinds],
    [words.retention, item.retention],
    item.recipient && [words.method, item.recipient.method],
    item.recipient && [words.contact, item.recipient.contact],
  ].filter(Boolean);
  const element = h(
    "div",
    { class: "item" },
    h("div", { class: "tick" }, input, icon("check")),
    h(
      "div",
      { class: "item-body" },
      h("label", { for: id, class: "item-title" }, title, optional),
      h("p", { id: `${id}-text` }, item.purpose),
      h("dl", {}, facts.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)))),
    ),
  );
  element.addEventListener("click", (event) => {
    if (event.target.closest("input, label, a, dl")) return;
    input.click();
  });
  const judge = (wrong) => {
    element.classList.toggle("wrong", wrong);
    if (wrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  input.addEventListener("change", () => judge(false));
  return { item, input, element, judge };
}
