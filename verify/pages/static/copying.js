/** A link that its user takes elsewhere: copied by a press, and said where it can be seen and heard. */

import { button, h } from "./dom.js";

/** `words`: `copy` on the button, `copied` after it, `copyYourself` where the browser does not let a page copy. */
export function copyButton(words, url) {
  const told = h("p", { class: "small center", role: "status" });
  const press = button("main", words.copy, async () => {
    told.textContent = "";
    try {
      await navigator.clipboard.writeText(url);
      told.textContent = words.copied;
    } catch {
      prompt(words.copyYourself, url);
    }
  });
  return [press, told];
}
