/** Name and ID number. */

import { form, lastError } from "../fields.js";
import { personFields } from "./person.js";

export default async function identity(session) {
  const words = session.texts.identity;
  const fields = personFields(session, session.drafts.identity);
  return {
    title: words.title,
    lede: words.lede,
    content: form(session, {
      step: "identity",
      fields,
      above: [await lastError(session, "identity")],
      submit: (values) => session.submit("identity", values),
    }),
  };
}
