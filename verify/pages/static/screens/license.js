/** The business licence, scanned or photographed. */

import { h, icon } from "../dom.js";
import { lastError } from "../fields.js";
import { upload } from "../upload.js";

export default async function license(session) {
  const words = session.texts.license;
  return {
    title: words.title,
    lede: words.lede,
    content: [
      await lastError(session, "license"),
      upload(session, {
        title: words.drop,
        text: words.types,
        send: (file, onProgress) => session.submit("license", file, { onProgress }),
      }),
      h("ul", { class: "tips" }, words.tips.map((text) => h("li", {}, icon("check"), text))),
    ],
  };
}
