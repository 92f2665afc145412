/** What led to the outcome: the rule, every check with who made it and what it found, and how to ask for a person. */

import { button, h, icon } from "../dom.js";
import { fullDateTime } from "../dates.js";
import { finding } from "../fields.js";

export default async function explanation(session) {
  const { texts, client, locale } = session;
  const words = texts.explanation;
  const [found, notice] = await Promise.all([client.explanation({ locale }), client.notice({ locale })]);
  const names = namesOf(notice);
  return {
    title: words.title,
    lede: found.how,
    kind: "calm",
    content: [
      found.reasons.length > 0 && h("section", {}, h("h2", { class: "next" }, words.reasons), found.reasons.map(({ message }) => h("p", {}, message))),
      h("h2", { class: "next" }, words.checks),
      found.checks.length ? found.checks.map((one) => check(session, one, names)) : h("p", {}, words.none),
      h("h2", { class: "next" }, words.person),
      h("p", { class: "pledge" }, icon("eye"), h("span", {}, found.ask_a_person)),
      h(
        "div",
        { class: "actions" },
        session.canLeave && button("main", texts.leave(session.application), () => session.leave()),
        button("plain", words.back, () => session.show()),
      ),
    ],
  };
}

/** Names of recipients by the last part of the items that name them. */
function namesOf({ items }) {
  return Object.fromEntries(items.filter((item) => item.recipient).map((item) => [item.id.split(".").at(-1), item.recipient.name]));
}

function check(session, { step, recipient, data, at, outcome, message }, names) {
  const { texts, locale } = session;
  const words = texts.explanation;
  const facts = [
    [words.recipient, names[recipient] ?? recipient],
    [words.data, data.map((kind) => texts.kinds[kind] ?? kind).join(texts.listComma)],
    [words.at, fullDateTime(at, locale)],
    [words.outcome, message ? finding(message) : (words.outcomes[outcome] ?? words.unanswered)],
  ];
  return h(
    "section",
    { class: "made" },
    h("h3", {}, texts.steps[step] ?? step),
    h("dl", { class: "facts card-like" }, facts.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)))),
  );
}
