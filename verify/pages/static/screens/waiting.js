/** Somebody else owes an answer: nothing to do but to wait, here or elsewhere. */

import { button, h, icon } from "../dom.js";
import { fullDateTime } from "../dates.js";

export default async function waiting(session) {
  const { texts } = session;
  const words = texts.waiting;
  const { next_check_at: again } = session.verification.steps.find((step) => step.next_check_at) ?? {};
  return {
    title: words.title,
    lede: again ? words.register(fullDateTime(again, session.locale)) : words.lede,
    kind: "calm",
    art: h("div", { class: `sign ${again ? "wait" : "spin"}`, "aria-hidden": "true" }, again ? icon("clock") : h("i")),
    content: [
      h("p", { class: "small", role: "status" }, words.close),
      session.canLeave && h("div", { class: "actions" }, button("plain", texts.leave(session.application), () => session.leave())),
    ],
  };
}
