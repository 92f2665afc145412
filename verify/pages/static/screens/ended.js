/** Rejected, expired or canceled: what happened, why, and what can be done now. */

import { button, h, icon } from "../dom.js";

export default async function ended(session) {
  const { texts, verification } = session;
  const { status, decision } = verification;
  const words = texts.ended[status];
  const reasons = decision ? await Promise.all(decision.reason_codes.map((code) => session.reason(code, reasonsAnswered(decision)))) : [];
  return {
    title: words.title,
    lede: words.lede(session.application),
    kind: "calm",
    art: h("div", { class: `sign ${status}`, "aria-hidden": "true" }, icon(status === "rejected" ? "alert" : status === "expired" ? "clock" : "cross")),
    content: [
      reasons.length > 0 && h("div", { class: `reasons ${status}` }, reasons.map((text) => h("p", {}, text))),
      h("h2", { class: "next" }, texts.ended.nextTitle),
      h("ul", { class: "points" }, words.points(session.application).map((line) => h("li", {}, line))),
      h(
        "div",
        { class: "actions" },
        session.canLeave && button("main", texts.leave(session.application), () => session.leave()),
        words.why && button(session.canLeave ? "plain" : "main", words.why, () => session.show("explanation")),
      ),
    ],
  };
}

/** With one reason the answered words are its own; with more they are all of them in one. */
function reasonsAnswered({ reason_codes: codes, message }) {
  return codes.length === 1 ? message : undefined;
}
