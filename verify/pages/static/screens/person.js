/** The fields that say who somebody is. */

import * as checks from "../checks.js";
import { GROUPS, field } from "../fields.js";

export function personFields(session, draft = {}, words = session.texts.person) {
  return [
    field(session, {
      name: "name",
      label: words.name,
      hint: words.nameHint,
      value: draft.name,
      check: checks.name,
      more: { autocomplete: "name", maxlength: 100 },
    }),
    field(session, {
      name: "id_number",
      label: words.idNumber,
      hint: words.idNumberHint,
      value: draft.id_number,
      check: checks.idNumber,
      full: 18,
      groups: GROUPS.id,
      more: { maxlength: 24, class: "digits", autocapitalize: "characters" },
    }),
  ];
}
