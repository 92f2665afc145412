/** The card and its owner; a code goes to the mobile the bank knows. */

import * as checks from "../checks.js";
import { GROUPS, field, form, lastError } from "../fields.js";
import { h, icon } from "../dom.js";
import { personFields } from "./person.js";

export default async function bankCard(session) {
  const words = session.texts.bankCard;
  const draft = session.drafts.bank_card ?? session.drafts.identity ?? {};
  const fields = [
    ...personFields(session, draft),
    field(session, {
      name: "card_number",
      label: words.card,
      hint: words.cardHint,
      value: draft.card_number,
      check: checks.cardNumber,
      full: 16,
      groups: GROUPS.card,
      more: { inputmode: "numeric", autocomplete: "cc-number", maxlength: 27, class: "digits" },
    }),
    field(session, {
      name: "mobile",
      label: words.mobile,
      hint: words.mobileHint,
      value: draft.mobile,
      check: checks.mobile,
      full: 11,
      groups: GROUPS.mobile,
      more: { inputmode: "tel", type: "tel", autocomplete: "tel-national", maxlength: 20, class: "digits" },
    }),
  ];
  return {
    title: words.title,
    lede: words.lede,
    content: form(session, {
      step: "bank_card",
      fields,
      label: words.submit,
      above: [await lastError(session, "bank_card", "sms_code")],
      below: [h("p", { class: "pledge" }, icon("shield"), h("span", {}, words.pledge))],
      submit: (values) => session.submit("bank_card", values),
    }),
  };
}
