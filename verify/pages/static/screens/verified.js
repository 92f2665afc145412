/** Done. Who it is, masked, and the way back. */

import { button, drawing, h } from "../dom.js";
import { fullDateTime } from "../dates.js";

export default async function verified(session) {
  const { texts, verification } = session;
  const words = texts.verified;
  const { result } = verification;
  const rows = [
    [words.enterprise, result?.enterprise_name],
    [words.creditCode, result?.credit_code],
    [result?.enterprise_name ? words.representative : words.name, result?.name],
    [words.idNumber, result?.id_number],
    [words.at, result?.verified_at && fullDateTime(result.verified_at, session.locale)],
  ].filter(([, value]) => value);
  return {
    title: words.title,
    lede: words.lede(session.application),
    kind: "outcome",
    art: h("div", { class: "seal", "aria-hidden": "true" }, drawing("seal-mark", ["M22 42l13 13 25-29"], 80)),
    content: [
      h("dl", { class: "facts card-like" }, rows.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)))),
      session.canLeave
        ? h("div", { class: "actions" }, button("main", texts.leave(session.application), () => session.leave()))
        : h("p", { class: "small" }, words.close),
    ],
  };
}
