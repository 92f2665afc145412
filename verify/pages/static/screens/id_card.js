/** Both sides of the ID card, one after the other, each sent as soon as it is chosen. */

import { announce, drawing, h, icon, note } from "../dom.js";
import { shrunk } from "../camera.js";
import { lastError } from "../fields.js";

const FRONT = ["M6 6h108a4 4 0 0 1 4 4v56a4 4 0 0 1-4 4H6a4 4 0 0 1-4-4V10a4 4 0 0 1 4-4z", "M14 22h34", "M14 34h26", "M14 46h34", "M14 58h48", "M88 20a10 10 0 1 0 0 20 10 10 0 0 0 0-20z", "M70 62c2-10 9-15 18-15s16 5 18 15"];
const BACK = ["M6 6h108a4 4 0 0 1 4 4v56a4 4 0 0 1-4 4H6a4 4 0 0 1-4-4V10a4 4 0 0 1 4-4z", "M28 16a13 13 0 1 0 0 26 13 13 0 0 0 0-26z", "M28 23l2 4.300 4.600.500-3.400 3.200.900 4.600L28 33.200l-4.100 2.400.900-4.600-3.400-3.200 4.600-.500z", "M52 22h54", "M52 34h54", "M30 54h20", "M56 54h44"];

export default async function idCard(session) {
  const words = session.texts.idCard;
  const needs = session.step("id_card").needs ?? ["front", "back"];
  return {
    title: words.title,
    lede: words.lede,
    content: [
      await lastError(session, "id_card"),
      h("div", { class: "sides" }, side(session, "front", FRONT, needs), side(session, "back", BACK, needs)),
      h("ul", { class: "tips" }, [["sun", words.tips.light], ["card", words.tips.whole], ["eye", words.tips.sharp]].map(([name, text]) => h("li", {}, icon(name), text))),
      h("p", { class: "pledge" }, icon("shield"), h("span", {}, words.pledge)),
    ],
  };
}

function side(session, name, picture, needs) {
  const words = session.texts.idCard;
  const done = !needs.includes(name);
  const input = h("input", { type: "file", accept: "image/*", capture: "environment", class: "unseen", tabindex: "-1", "aria-hidden": "true" });
  const bar = h("progress", { max: 1, value: 0, "aria-label": words.sending, hidden: true });
  const trouble = h("div", { role: "alert" });
  const press = h(
    "button",
    { type: "button", class: "side-button", disabled: done, onclick: () => input.click() },
    drawing("id-card", picture, "0 0 120 76"),
    h("strong", {}, words[name].title),
    h("span", {}, done ? words.read : words[name].text),
    done ? icon("check") : icon("camera"),
  );
  const element = h("div", { class: `side ${done ? "done" : ""}` }, input, press, bar, trouble);
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    trouble.replaceChildren();
    bar.hidden = false;
    element.classList.add("sending");
    announce(words.sending);
    const sent = await shrunk(file);
    const error = await session.submit("id_card", sent, { query: { side: name }, onProgress: (fraction) => (bar.value = fraction) });
    element.classList.remove("sending");
    bar.hidden = true;
    input.value = "";
    if (error) trouble.replaceChildren(note("error", h("p", {}, session.sentence(error))));
  });
  return element;
}
