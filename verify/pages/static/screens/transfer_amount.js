/** What the account's statement shows: one amount, two, or the code in the remark. */

import * as checks from "../checks.js";
import { button, h } from "../dom.js";
import { fullDateTime } from "../dates.js";
import { field, form, lastError } from "../fields.js";

export default async function transferAmount(session) {
  const { texts, verification } = session;
  const words = texts.transferAmount;
  const { proof = "amount", arrives_by: arrivesBy, answer_by: answerBy, attempts_left: left } = verification.transfer ?? {};
  const fields = PROOFS[proof](session, words);
  return {
    title: words.title[proof],
    lede: words.lede[proof],
    content: [
      form(session, {
        step: "transfer_amount",
        fields,
        keep: false,
        label: words.submit,
        above: [await lastError(session, "transfer_amount"), facts(session, words, arrivesBy, answerBy, left)],
        submit: (values) => session.submit("transfer_amount", bodyOf(proof, values)),
      }),
      h("details", { class: "help" }, h("summary", {}, words.helpTitle), h("ul", {}, words.help.map((line) => h("li", {}, line)))),
      session.canLeave && h("div", { class: "actions" }, button("plain", texts.later(session.application), () => session.leave())),
    ],
  };
}

const PROOFS = {
  amount: (session, words) => [yuan(session, "amount", words.amount)],
  two_amounts: (session, words) => [yuan(session, "first", words.first), yuan(session, "second", words.second)],
  remark_code: (session, words) => [
    field(session, { name: "code", label: words.code, check: checks.code, full: 6, more: { inputmode: "numeric", maxlength: 6, class: "digits code" } }),
  ],
};

function yuan(session, name, label) {
  const made = field(session, {
    name,
    label,
    hint: session.texts.transferAmount.amountHint,
    check: checks.amount,
    more: { inputmode: "decimal", maxlength: 8, placeholder: "0.00", class: "digits money" },
  });
  made.element.querySelector(".control").prepend(h("span", { class: "unit", "aria-hidden": "true" }, "¥"));
  return made;
}

function bodyOf(proof, values) {
  return proof === "two_amounts" ? { amounts: [values.first, values.second] } : values;
}

function facts(session, words, arrivesBy, answerBy, left) {
  const shown = [
    arrivesBy && [words.arrivesBy, fullDateTime(arrivesBy, session.locale)],
    answerBy && [words.answerBy, fullDateTime(answerBy, session.locale)],
    left !== undefined && !session.verification.last_error && [words.left, session.texts.times(left)],
  ].filter(Boolean);
  return h("dl", { class: "facts" }, shown.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}
