/** A small transfer is on its way. This page may be closed and opened again at any time. */

import { copyButton } from "../copying.js";
import { button, h, icon } from "../dom.js";
import { day } from "../dates.js";

/** which of the three stages a transfer's status belongs to */
const STAGE = { created: 0, requested: 1, unknown: 1, sent: 2 };

export default async function transfer(session) {
  const { texts, verification } = session;
  const words = texts.transfer;
  const { status, arrives_by: arrivesBy } = verification.transfer;
  const at = STAGE[status] ?? 1;
  const stages = words.stages.map((text, index) =>
    h("li", { class: index < at ? "done" : index === at ? "now" : "later" }, h("span", { class: "rail-sign", "aria-hidden": "true" }, index < at ? icon("check") : ""), h("span", {}, text)),
  );
  return {
    title: words.title,
    lede: words.lede,
    kind: "calm",
    art: h("div", { class: "sign wait", "aria-hidden": "true" }, icon("clock")),
    content: [
      h("div", { class: "fact" }, h("span", {}, arrivesBy ? words.latest : words.arrival), h("strong", {}, arrivesBy ? day(arrivesBy, session.locale) : words.usual)),
      h("ol", { class: "stages" }, stages),
      h("p", {}, words.close(session.application)),
      h("div", { class: "actions" }, copyLink(session), session.canLeave && button("plain", texts.leave(session.application), () => session.leave())),
    ],
  };
}

/** The user's own link; it is theirs to keep. */
function copyLink(session) {
  const url = new URL(location.href);
  url.searchParams.delete("screen");
  return copyButton(session.texts.transfer, url.href);
}
