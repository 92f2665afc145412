/** The tries of this method are used up; the others are as good. */

import { button, h, icon, note } from "../dom.js";
import { finding } from "../fields.js";
import { methods } from "../frame.js";

export default async function exhausted(session) {
  const { texts } = session;
  const words = texts.exhausted;
  const { last_error: error, alternatives } = session.verification;
  return {
    title: alternatives.length ? words.title : words.noneTitle,
    lede: alternatives.length ? words.lede : words.none(session.application),
    kind: "calm",
    quiet: true,
    showsMethods: true,
    art: h("div", { class: "sign wait", "aria-hidden": "true" }, icon("shield")),
    content: [
      error && note("error", h("p", {}, finding(await session.reason(error.code, error.message)))),
      alternatives.length > 0 && methods(session),
      session.canLeave && h("div", { class: "actions" }, button(alternatives.length ? "plain" : "main", texts.leave(session.application), () => session.leave())),
    ],
  };
}
