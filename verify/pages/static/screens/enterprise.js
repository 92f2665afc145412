/** The enterprise as its licence names it. */

import * as checks from "../checks.js";
import { field, form, lastError, listed } from "../fields.js";

const NINE = 9;

export default async function enterprise(session) {
  const words = session.texts.enterprise;
  const draft = session.drafts.enterprise ?? {};
  const fields = [
    field(session, { name: "enterprise_name", label: words.name, hint: words.nameHint, value: draft.enterprise_name, check: checks.enterpriseName, more: { autocomplete: "organization", maxlength: 200 } }),
    field(session, {
      name: "credit_code",
      label: words.code,
      hint: words.codeHint,
      value: draft.credit_code,
      check: checks.enterpriseCode,
      full: 18,
      groups: [4, 4, 4, 4, 4],
      more: { maxlength: 24, class: "digits", autocapitalize: "characters" },
    }),
    listed(session, { name: "industry", label: words.industry, hint: words.industryHint, value: draft.industry, check: checks.bankText }, words.industries),
    field(session, { name: "products", label: words.products, hint: words.productsHint, value: draft.products, more: { maxlength: 200 } }),
    field(session, { name: "website", label: words.website, hint: words.websiteHint, value: draft.website, check: checks.website, optional: true, more: { inputmode: "url", autocomplete: "url" } }),
  ];
  return {
    title: words.title,
    lede: words.lede,
    content: form(session, {
      step: "enterprise",
      fields,
      above: [await lastError(session, "enterprise", "license")],
      submit: (values) => session.submit("enterprise", bodyOf(values)),
    }),
  };
}

/** Nine characters are the older organization code. */
function bodyOf({ credit_code: code, ...rest }) {
  return { ...rest, [code.length === NINE ? "organization_code" : "credit_code"]: code };
}
