/** What stands around every screen: whose page it is, how far one has come, and the ways out. */

import { announce, button, dialog, h, hush, icon, note } from "./dom.js";
import { languageLink } from "./language.js";
import { FINAL } from "./realname.js";

const page = document.getElementById("page");

/** Put a screen into its frame and the focus on its title. */
export function place(session, screen) {
  const { texts, verification } = session;
  const first = !document.getElementById("announcer");
  const heading = h("h1", { class: "title", tabindex: "-1" }, screen.title);
  const sheet = h(
    "main",
    { class: `sheet ${screen.kind ?? ""}`, id: "main", dataset: { screen: screen.name } },
    progress(session, screen),
    screen.told && note("info", screen.told),
    screen.art,
    heading,
    screen.lede && h("p", { class: "lede" }, screen.lede),
    verification?.status === "pending" && verification.request && askedAgain(session),
    screen.content,
  );
  const parts = [
    h("a", { class: "skip", href: "#main", onclick: skip }, texts.skip),
    top(session),
    verification && !verification.livemode && sandbox(session, screen),
    !screen.apart && rail(session),
    sheet,
    bottom(session, screen),
  ];
  hush();
  page.replaceChildren(...parts.filter(Boolean));
  page.classList.toggle("with-rail", Boolean(verification) && !screen.apart);
  document.title = `${screen.title} · ${session.application}`;
  if (first) document.body.append(h("div", { id: "announcer", class: "unseen", role: "status", "aria-live": "polite" }));
  else if (!session.embedded || document.hasFocus()) heading.focus({ preventScroll: true });
  if (!first) scrollTo({ top: 0 });
  if (screen.told) announce(screen.told);
  screen.shown?.(sheet);
}

/** What a reviewer wants to be given again, in their words. */
function askedAgain({ texts, verification }) {
  return note("info", h("p", {}, h("strong", {}, texts.review.asked)), h("p", {}, verification.request));
}

function skip(event) {
  event.preventDefault();
  page.querySelector(".title").focus();
}

function top(session) {
  const mark = h("img", { class: "mark", src: new URL("mark.svg", import.meta.url).href, alt: "", width: 28, height: 28 });
  return h(
    "header",
    { class: "top" },
    h("span", { class: "brand" }, mark, h("span", { class: "brand-name" }, session.application)),
    languageLink(session),
  );
}

/** The step that is owed; while none is, the first that has not passed. A card waits for its code before both pass. */
function position({ steps, next_step: owed }) {
  const at = steps.findIndex((step) => (owed ? step.name === owed : step.status !== "passed"));
  return { steps, at: at < 0 ? steps.length : at };
}

function progress({ texts, verification }, screen) {
  if (!verification || screen.quiet || FINAL.includes(verification.status)) return null;
  const { steps, at } = position(verification);
  const segments = steps.map((_, index) => h("i", { class: index < at ? "done" : index === at ? "now" : "" }));
  return h(
    "div",
    { class: "progress" },
    h("p", { class: "progress-text" }, texts.progress(Math.min(at + 1, steps.length), steps.length)),
    h("div", { class: "progress-bar", "aria-hidden": "true" }, segments),
  );
}

function rail(session) {
  const { texts, verification } = session;
  if (!verification) return null;
  const { steps, at } = position(verification);
  const items = steps.map((step, index) => {
    const state = index < at ? "done" : index === at && verification.status !== "verified" ? "now" : "later";
    const sign = h("span", { class: "rail-sign", "aria-hidden": "true" }, state === "done" ? icon("check") : String(index + 1));
    const spoken = state === "done" && h("span", { class: "unseen" }, texts.done);
    return h("li", { class: state, "aria-current": state === "now" && "step" }, sign, texts.steps[step.name] ?? step.name, spoken);
  });
  return h(
    "nav",
    { class: "rail", "aria-label": texts.stepsLabel },
    h("p", { class: "rail-title" }, texts.types[verification.type]),
    h("p", { class: "rail-method" }, texts.methods[verification.method].name),
    h("ol", {}, items),
    h("p", { class: "rail-promise" }, icon("shield"), texts.promise),
  );
}

function sandbox(session, screen) {
  const { texts } = session;
  const hints = texts.sandbox.hints[screen.name];
  return h(
    "details",
    { class: "sandbox" },
    h("summary", {}, h("span", { class: "tag" }, texts.sandbox.tag), h("span", {}, texts.sandbox.text), icon("chevron")),
    hints && h("ul", {}, hints.map((hint) => h("li", {}, hint))),
    h("p", {}, h("a", { href: galleryAddress() }, texts.sandbox.gallery)),
  );
}

function galleryAddress() {
  const url = new URL(location.href);
  url.searchParams.set("screen", "gallery");
  return url.href;
}

function bottom(session, screen) {
  const { texts, verification } = session;
  const open = verification && !screen.apart && !FINAL.includes(verification.status);
  const mayCancel = open && verification.status !== "review";
  return h(
    "footer",
    { class: "bottom" },
    h(
      "p",
      { class: "ways" },
      open && verification.alternatives.length > 0 && !screen.showsMethods && link(texts.switch.open, () => switchMethod(session)),
      mayCancel && link(texts.cancel.open, () => cancel(session)),
      verification && !screen.apart && link(texts.privacy, () => privacy(session)),
    ),
    h("p", { class: "small" }, texts.footer),
  );
}

export function link(label, onPress) {
  return h("button", { type: "button", class: "link", onclick: onPress }, label);
}

/** Every other method that is still open, each with what it asks for. */
export function methods(session, onChosen = () => {}, offered = session.verification.alternatives) {
  const { texts } = session;
  const icons = { face: "face", bank_card: "card", micro_transfer: "bank", legal_representative: "building", authorized_person: "pen" };
  return h(
    "ul",
    { class: "choices" },
    offered.map((method) => {
      const words = texts.methods[method] ?? { name: method, needs: "" };
      const press = async () => {
        onChosen();
        const error = await session.attempt(() => session.client.switchMethod(method));
        if (error) await session.show(null, { told: session.sentence(error) });
      };
      return h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "choice", onclick: press },
          icon(icons[method] ?? "shield"),
          h("span", { class: "choice-text" }, h("strong", {}, words.name), h("span", {}, words.needs)),
          icon("chevron"),
        ),
      );
    }),
  );
}

export function switchMethod(session) {
  const { texts } = session;
  const shown = dialog(texts.switch.title, texts.close, h("p", {}, texts.switch.lede), methods(session, () => shown.close()));
}

function cancel(session) {
  const { texts } = session;
  const give = async () => {
    shown.close();
    const error = await session.attempt(() => session.client.cancel());
    if (error) await session.show(null, { told: session.sentence(error) });
  };
  const shown = dialog(
    texts.cancel.title,
    texts.close,
    h("p", {}, texts.cancel.lede),
    h("div", { class: "actions" }, button("danger", texts.cancel.yes, give), button("plain", texts.cancel.no, () => shown.close())),
  );
}

export async function privacy(session) {
  const { texts } = session;
  const place = h("div", { class: "prose", "aria-busy": "true" }, texts.loading);
  dialog(texts.privacy, texts.close, place);
  try {
    const [{ prose }, notice] = await Promise.all([import("./prose.js"), session.client.notice({ locale: session.locale })]);
    place.replaceChildren(...prose(notice.text));
  } catch (error) {
    place.replaceChildren(note("error", session.sentence(error)));
  }
  place.removeAttribute("aria-busy");
}
