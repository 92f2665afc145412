/** A minor's guardian has to consent, somewhere else: what to do, and this page goes on by itself. */

import { button, h, icon } from "../dom.js";

export default async function guardian(session) {
  const { texts } = session;
  const words = texts.guardian;
  const said = session.verification.last_error;
  return {
    title: words.title,
    lede: (said?.step === "guardian" && said.message) || words.lede,
    kind: "calm",
    art: h("div", { class: "sign wait", "aria-hidden": "true" }, icon("eye")),
    content: [
      h("ul", { class: "points" }, words.points(session.application).map((line) => h("li", {}, line))),
      session.canLeave && h("div", { class: "actions" }, button("main", texts.leave(session.application), () => session.leave())),
    ],
  };
}
