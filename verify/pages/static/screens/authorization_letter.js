/** The letter of authorization: taken filled in, signed and stamped by hand, given back as a file. */

import { button, h, note } from "../dom.js";
import { field, lastError } from "../fields.js";
import { upload } from "../upload.js";

const DAY = 86_400_000;

export default async function authorizationLetter(session) {
  const words = session.texts.letter;
  const day = (offset) => new Date(Date.now() + offset * DAY).toISOString().slice(0, 10);
  const until = field(session, {
    name: "valid_until",
    label: words.validUntil,
    hint: words.validUntilHint,
    value: session.drafts.authorization_letter?.valid_until ?? day(365),
    more: { type: "date", min: day(1) },
  });
  const send = async (file, onProgress) => {
    session.drafts.authorization_letter = { valid_until: until.read() };
    const error = await session.submit("authorization_letter", file, { query: { valid_until: until.read() }, onProgress });
    const wrong = error?.errors.find((one) => one.field === "valid_until");
    if (!wrong) return error;
    until.refuse(wrong.code, wrong.message);
    until.control.focus();
    return error;
  };
  const ready = () => {
    if (until.read() >= day(1)) return true;
    until.tell(words.validUntilWrong);
    until.control.focus();
    return false;
  };
  return {
    title: words.title,
    lede: words.lede,
    content: [
      await lastError(session, "authorization_letter"),
      h("section", { class: "stepwise" }, h("h2", {}, words.first), template(session)),
      h(
        "section",
        { class: "stepwise" },
        h("h2", {}, words.second),
        h("div", { class: "form" }, until.element),
        upload(session, { title: words.drop, text: session.texts.license.types, send, ready }),
      ),
    ],
  };
}

function template(session) {
  const words = session.texts.letter;
  const trouble = h("div", { role: "alert" });
  const download = async () => {
    trouble.replaceChildren();
    try {
      const address = URL.createObjectURL(await session.client.letterTemplate());
      h("a", { href: address, download: "authorization-letter.pdf" }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      trouble.replaceChildren(note("error", h("p", {}, session.sentence(error))));
    }
  };
  return h("div", { class: "actions" }, button("plain", words.template, download), h("p", { class: "small" }, words.templateNote), trouble);
}
