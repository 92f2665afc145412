/** An account in one's own name, or in the enterprise's, with the branch that keeps it. */

import * as checks from "../checks.js";
import { h, icon } from "../dom.js";
import { GROUPS, field, form, lastError, listed } from "../fields.js";
import { personFields } from "./person.js";

export default async function bankAccount(session) {
  const { texts, verification } = session;
  const words = texts.bankAccount;
  const enterprise = verification.type === "enterprise";
  const draft = session.drafts.bank_account ?? session.drafts.bank_card ?? session.drafts.identity ?? {};
  const person = enterprise ? [] : personFields(session, draft);
  const isSame = enterprise ? checks.sameEnterprise : checks.samePerson;
  const owner = () => (enterprise ? session.drafts.enterprise?.enterprise_name : person[0].read()) ?? "";
  const accountName = field(session, {
    name: "account_name",
    label: words.accountName,
    hint: enterprise ? words.accountNameEnterprise : words.accountNamePerson,
    value: draft.account_name ?? (enterprise ? session.drafts.enterprise?.enterprise_name : draft.name),
    check: (typed) => checks.bankText(typed) ?? (owner() && !isSame(typed, owner()) ? "differs" : null),
    words: { differs: enterprise ? words.differsEnterprise : words.differsPerson },
    vouched: () => owner() !== "",
    more: { maxlength: 100 },
  });
  if (person.length) follow(person[0], accountName);
  const fields = [
    ...person,
    field(session, {
      name: "account_number",
      label: words.account,
      hint: words.accountHint,
      value: draft.account_number,
      check: checks.accountNumber,
      groups: GROUPS.account,
      more: { inputmode: "numeric", maxlength: 45, class: "digits" },
    }),
    accountName,
    listed(session, { name: "bank_name", label: words.bank, hint: words.bankHint, value: draft.bank_name, check: checks.bankText }, words.banks),
    listed(session, { name: "bank_province", label: words.province, value: draft.bank_province, check: checks.bankText }, words.provinces),
    field(session, { name: "bank_city", label: words.city, hint: words.cityHint, value: draft.bank_city, check: checks.bankText }),
    field(session, { name: "bank_branch", label: words.branch, hint: words.branchHint, value: draft.bank_branch, check: checks.bankText }),
    field(session, {
      name: "cnaps_code",
      label: words.cnaps,
      hint: words.cnapsHint,
      value: draft.cnaps_code,
      check: checks.cnapsCode,
      full: 12,
      optional: true,
      more: { inputmode: "numeric", maxlength: 14, class: "digits" },
    }),
    !enterprise &&
      field(session, { name: "website", label: words.website, hint: words.websiteHint, value: draft.website, check: checks.website, optional: true, more: { inputmode: "url" } }),
  ].filter(Boolean);
  return {
    title: words.title,
    lede: words.lede,
    content: form(session, {
      step: "bank_account",
      fields,
      above: [await lastError(session, "bank_account", "transfer_amount")],
      below: [h("p", { class: "pledge" }, icon("shield"), h("span", {}, words.pledge))],
      submit: (values) => session.submit("bank_account", values),
    }),
  };
}

/** Write into `to` what is written into `from` until somebody writes there; then judge the two beside each other. */
function follow(from, to) {
  let own = Boolean(to.read()) && to.read() !== from.read();
  to.control.addEventListener("input", () => (own = to.control.value !== ""));
  from.control.addEventListener("input", () => {
    if (!own) to.control.value = from.control.value;
  });
  from.control.addEventListener("blur", () => to.read() && to.judge());
}
