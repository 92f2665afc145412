/** Who acts for the enterprise, and for an authorized person who authorizes them. */

import * as checks from "../checks.js";
import { freshId, h } from "../dom.js";
import { GROUPS, field, form, lastError } from "../fields.js";
import { personFields } from "./person.js";

/** roles by method; where there is one only, nothing is asked */
const ROLES = { legal_representative: ["legal_representative"], authorized_person: ["authorized_person"] };

export default async function representative(session) {
  const { texts, verification } = session;
  const words = texts.representative;
  const draft = session.drafts.representative ?? {};
  const roles = ROLES[verification.method] ?? ["legal_representative", "authorized_person"];
  const own = personFields(session, draft);
  const legal = [
    field(session, { name: "legal_name", label: words.legalName, value: draft.legal_name, check: checks.name, more: { maxlength: 100 } }),
    field(session, { name: "legal_id_number", label: words.legalIdNumber, hint: texts.person.idNumberHint, value: draft.legal_id_number, check: checks.idNumber, full: 18, groups: GROUPS.id, more: { maxlength: 24, class: "digits" } }),
  ];
  const heading = h("h2", { class: "fieldset-title" }, words.legal);
  const attest = h("p", { class: "small" }, words.attest);
  const show = (role) => {
    for (const part of [heading, attest, ...legal.map((one) => one.element)]) part.hidden = role !== "authorized_person";
  };
  let role = roles.includes(draft.role) ? draft.role : roles[0];
  show(role);
  const choice = roles.length > 1 && roleChoice(words, roles, role, (chosen) => show((role = chosen)));
  return {
    title: choice ? words.title : words.titleOf[role],
    lede: choice ? words.lede : words.ledeOf[role],
    content: form(session, {
      step: "representative",
      fields: [...own, ...legal],
      above: [await lastError(session, "representative"), choice],
      between: { after: own.length, parts: [heading, attest] },
      submit: (values) => {
        session.drafts.representative = { ...values, role };
        return session.submit("representative", bodyOf(role, values));
      },
    }),
  };
}

function bodyOf(role, { name, id_number, legal_name, legal_id_number }) {
  const own = { role, name, id_number };
  return role === "authorized_person" ? { ...own, legal_representative: { name: legal_name, id_number: legal_id_number } } : own;
}

function roleChoice(words, roles, chosen, onChange) {
  const group = freshId("role");
  const radios = roles.map((role) => {
    const [title, text] = words.roles[role];
    const input = h("input", { type: "radio", name: group, value: role, checked: role === chosen });
    input.addEventListener("change", () => onChange(role));
    return h("label", { class: "radio" }, input, h("span", {}, h("strong", {}, title), h("span", {}, text)));
  });
  return h("fieldset", { class: "field" }, h("legend", { class: "legend" }, words.role), h("div", { class: "radios" }, radios));
}
