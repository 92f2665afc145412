/** A person decides. Calm, with what they asked for, if anything, and nothing to hurry. */

import { button, h, icon } from "../dom.js";

export default async function review(session) {
  const { texts } = session;
  const words = texts.review;
  return {
    title: words.title,
    lede: words.lede,
    kind: "calm",
    art: h("div", { class: "sign wait", "aria-hidden": "true" }, icon("eye")),
    content: [
      h("ul", { class: "points" }, words.points(session.application).map((line) => h("li", {}, line))),
      session.canLeave && h("div", { class: "actions" }, button("main", texts.leave(session.application), () => session.leave())),
    ],
  };
}
