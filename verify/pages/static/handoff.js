/** Go on with the same verification on a phone: its address as a QR code, drawn here and sent nowhere. */

import { dialog, h, icon } from "./dom.js";
import { qr } from "./qr.js";

export function handoff(session) {
  const { texts } = session;
  const url = new URL(location.href);
  url.searchParams.delete("screen");
  dialog(
    texts.handoff.title,
    texts.close,
    h("p", {}, texts.handoff.lede),
    h("div", { class: "qr" }, qr(url.href)),
    h("p", { class: "pledge" }, icon("shield"), h("span", {}, texts.handoff.warning)),
    h("p", { class: "small", role: "status" }, texts.handoff.waits),
  );
}
