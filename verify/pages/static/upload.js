/** One file: chosen or dropped, looked at, sent with its progress. */

import { announce, button, h, icon, note } from "./dom.js";

const MEGABYTE = 1024 * 1024;
const LIMIT = 10;
const TYPES = ["image/jpeg", "image/png", "application/pdf"];

/** `send(file, onProgress)` answers null or an error; `ready()` may hold it back by answering false. */
export function upload(session, { title, text, send, ready = () => true }) {
  const words = session.texts.upload;
  const stage = h("div", {});
  const trouble = h("div", { role: "alert" });
  const input = h("input", { type: "file", accept: TYPES.join(), class: "unseen", tabindex: "-1", "aria-hidden": "true" });
  const say = (message) => trouble.replaceChildren(note("error", h("p", {}, message)));

  const choose = () => {
    const drop = h("button", { type: "button", class: "drop", onclick: () => input.click() }, icon("upload"), h("strong", {}, title), h("span", {}, text));
    drop.addEventListener("dragover", (event) => (event.preventDefault(), drop.classList.add("over")));
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => (event.preventDefault(), drop.classList.remove("over"), take(event.dataTransfer.files[0])));
    stage.replaceChildren(drop);
  };
  const take = (file) => {
    trouble.replaceChildren();
    if (!file) return;
    if (!TYPES.includes(file.type)) return say(words.wrongType);
    if (file.size > LIMIT * MEGABYTE) return say(words.tooLarge(LIMIT));
    const bar = h("progress", { max: 1, value: 0, "aria-label": words.sending, hidden: true });
    const state = h("span", { class: "small", role: "status" }, `${(file.size / MEGABYTE).toFixed(1)} MB`);
    const press = button("main", words.send, async () => {
      trouble.replaceChildren();
      if (!ready()) return;
      bar.hidden = false;
      const error = await send(file, (fraction) => {
        bar.value = fraction;
        state.textContent = fraction < 1 ? words.sending : words.checking;
      });
      bar.hidden = true;
      if (error) say(session.sentence(error));
    });
    stage.replaceChildren(
      h("div", { class: "chosen" }, icon("file"), h("div", {}, h("strong", {}, file.name), state)),
      bar,
      h("div", { class: "actions" }, press, button("plain", words.other, () => input.click())),
    );
    announce(`${words.chosen} ${file.name}`);
    press.focus({ preventScroll: true });
  };
  input.addEventListener("change", () => {
    const [file] = input.files;
    take(file);
    input.value = "";
  });
  choose();
  return h("div", { class: "upload" }, input, stage, trouble);
}
