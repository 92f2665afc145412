/** What a guardian is shown: the question with every item apart and none ticked, and each end it can come to. */

import { announce, button, dialog, h, icon, note } from "./dom.js";
import { form } from "./fields.js";
import { link, privacy } from "./frame.js";
import { box, group } from "./screens/consent.js";
import { personFields } from "./screens/person.js";

/** The words of the hosted page, with the guardian's in their place. */
export async function words(locale) {
  const [texts, own] = await Promise.all([import(`./texts.${locale}.js`), import(`./guardian_texts.${locale}.js`)]);
  const both = { ...texts.default, ...own.default };
  for (const part of ["stopped", "problems"]) both[part] = { ...texts.default[part], ...own.default[part] };
  return both;
}

/** The screen for where the guardian's answer stands. */
export function screenOf({ status }) {
  return { requested: "ask", granted: "granted", declined: "declined", withdrawn: "withdrawn" }[status] ?? "over";
}

async function ask(session) {
  const { client, texts } = session;
  const words = texts.guardianPage;
  const notice = await client.notice({ locale: session.locale });
  const boxes = notice.items.map((item) => box(session, item));
  const required = boxes.filter(({ item }) => item.required);
  const ours = boxes.filter(({ item }) => !item.recipient);
  const shares = boxes.filter(({ item }) => item.recipient);
  const count = h("p", { class: "count" });
  const recount = () => (count.textContent = texts.consent.count(required.filter(({ input }) => input.checked).length, required.length));
  const list = h(
    "div",
    { class: "consent" },
    group(words.ours, words.oursText, ours),
    shares.length > 0 && group(words.shares, words.sharesText, shares),
    group(words.minor.title, words.minor.text, []),
  );
  list.addEventListener("change", recount);
  recount();
  const fields = personFields(session, session.drafts.guardian, words.minor);
  // a browser would fill in the guardian's own name
  fields[0].control.setAttribute("autocomplete", "off");

  const send = async (values) => {
    const missing = required.filter(({ input }) => !input.checked);
    for (const one of boxes) one.judge(missing.includes(one));
    if (missing.length) {
      announce(words.missing(missing.length));
      trouble.replaceChildren(note("error", h("p", {}, words.missing(missing.length))));
      missing[0].input.focus();
      return null;
    }
    trouble.replaceChildren();
    const granted = boxes.filter(({ input }) => input.checked).map(({ item }) => item.id);
    const body = { policy_version: notice.policy_version, notice_id: notice.notice_id, granted, ...values };
    return session.attempt(() => client.answer("consent", body));
  };
  const trouble = h("div", { role: "alert" });
  const facts = [
    [words.asks, session.application],
    [words.purpose, words.purposeText],
    [words.relationship, words.relationships[client.guardian.relationship] ?? client.guardian.relationship],
  ];
  return {
    title: words.title,
    lede: words.lede(session.application),
    content: [
      !session.shell.livemode && note("info", h("p", {}, texts.sandbox.text)),
      h("dl", { class: "facts card-like" }, facts.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)))),
      list,
      trouble,
      form(session, { step: "guardian", fields, label: words.submit, below: [count], submit: send }),
      h("p", { class: "small" }, words.withdrawable),
      h("p", { class: "small" }, link(words.decline.open, () => sure(session, words.decline, "decline"))),
      h("p", { class: "small" }, link(texts.privacy, () => privacy(session))),
    ],
  };
}

/** A no, now or later, is as easy as the yes was. */
function sure(session, words, what) {
  const say = async () => {
    shown.close();
    const error = await session.attempt(() => session.client.answer(what));
    if (error) await session.show(null, { told: session.sentence(error) });
  };
  const choice = h("div", { class: "actions" }, button("danger", words.yes, say), button("plain", session.texts.close, () => shown.close()));
  const shown = dialog(words.title, session.texts.close, h("p", {}, words.lede(session.application)), choice);
}

function end(name, sign, more = () => null) {
  return async (session) => {
    const words = session.texts.guardianPage.ends[name];
    return {
      title: words.title,
      lede: words.lede(session.application),
      kind: "calm",
      art: h("div", { class: "sign", "aria-hidden": "true" }, icon(sign)),
      content: [h("ul", { class: "points" }, words.points.map((line) => h("li", {}, line))), more(session)],
    };
  };
}

function takeBack(session) {
  const words = session.texts.guardianPage.withdraw;
  return h("p", { class: "small" }, link(words.open, () => sure(session, words, "withdraw")));
}

export const SCREENS = {
  ask,
  granted: end("granted", "check", takeBack),
  declined: end("declined", "info"),
  withdrawn: end("withdrawn", "info"),
  over: end("over", "clock"),
};
