/** The face: the vendor's own page where live keys ask for it, else the camera, a file, another device, another method. */

import { announce, button, drawing, h, icon, note } from "../dom.js";
import { NoCamera, closeCamera, inWeChat, openCamera, shrunk, still, watchLight } from "../camera.js";
import { lastError } from "../fields.js";
import { copyButton } from "../copying.js";
import { NoDevice, asksForDevice, deviceData } from "../device_frame.js";
import { handoff } from "../handoff.js";
import { methods } from "../frame.js";

/** width by height of what is sent */
const RATIO = 3 / 4;

/** answers that say that no vendor's page is to be had, so that a picture is */
const NO_SESSION = new Set(["session_unavailable", "method_not_allowed", "not_found"]);

/** methods without a face step; one that this page does not know is not promised to be */
const FACELESS = new Set(["micro_transfer"]);

export default async function face(session) {
  const { texts, verification } = session;
  const words = texts.face;
  const stage = h("div", { class: "face-stage" });
  const visit = new Visit(session, stage);
  const error = await lastError(session, "face");
  const { camera } = session.scenario;
  const hosted = verification.livemode || session.scenario.hosted;
  if (hosted) visit.vendor();
  else if (camera && camera !== "open") visit.without(camera);
  else visit.intro();
  return {
    title: words.title,
    lede: words.lede,
    kind: "face",
    showsMethods: true,
    leave: () => visit.close(),
    shown: () => (camera === "open" ? visit.open() : session.scenario.hosted && visit.openVendor()),
    content: [
      error,
      stage,
      h("p", { class: "pledge" }, icon("shield"), h("span", {}, words.pledge)),
      others(session, words.othersTitle, words.othersText, (method) => FACELESS.has(method)) ?? byPeople(session),
      others(session, texts.switch.title, null, (method) => !FACELESS.has(method)),
    ],
  };
}

/** Some of the other methods under a heading of their own, or nothing where there are none. */
function others(session, title, text, wanted) {
  const offered = session.verification.alternatives.filter(wanted);
  if (!offered.length) return null;
  return h("section", { class: "others" }, h("h2", {}, title), text && h("p", { class: "small" }, text), methods(session, undefined, offered));
}

/** A face is never the only way: where no other can be walked here, staff are asked. */
function byPeople({ texts: { face: words }, application }) {
  return h("section", { class: "others" }, h("h2", {}, words.othersTitle), h("p", { class: "small" }, words.othersNone(application)));
}

class Visit {
  #session;
  #stage;
  #stream = null;
  #stopLight = () => {};
  #picture = null;

  constructor(session, stage) {
    this.#session = session;
    this.#stage = stage;
  }

  get #words() {
    return this.#session.texts.face;
  }

  #put(...parts) {
    this.close();
    this.#stage.replaceChildren(...parts.filter(Boolean));
  }

  close() {
    this.#stopLight();
    closeCamera(this.#stream);
    this.#stream = null;
    if (this.#picture) URL.revokeObjectURL(this.#picture);
    this.#picture = null;
  }

  intro() {
    const words = this.#words;
    const tips = [["sun", words.tips.light], ["glasses", words.tips.bare], ["eye", words.tips.front]];
    this.#put(
      silhouette(),
      h("ul", { class: "tips" }, tips.map(([name, text]) => h("li", {}, icon(name), text))),
      inWeChat() && note("info", h("p", {}, words.weChat)),
      h("div", { class: "actions" }, button("main", words.open, () => this.open()), this.#picker(words.file), this.#phone()),
      !this.#session.verification.livemode && h("p", { class: "center" }, h("button", { type: "button", class: "link", onclick: () => this.vendor() }, words.hosted.tryOut)),
    );
  }

  /** Nothing to look through: says why, and every way that is left. */
  without(reason) {
    const words = this.#words;
    const file = reason === "missing" || reason === "unsupported" || reason === "weChat";
    const again = button(file ? "plain" : "main", words.again, () => this.open());
    const ways = [again, this.#picker(words.takeFile, file)];
    this.#put(
      note("warn", h("p", {}, h("strong", {}, words.without[reason].title)), h("p", {}, (onPhone() && words.without[reason].onPhone) || words.without[reason].text)),
      h("div", { class: "actions" }, file ? ways.reverse() : ways, this.#phone()),
    );
    announce(words.without[reason].title);
  }

  async open() {
    const words = this.#words;
    let stream;
    try {
      stream = await openCamera("user");
    } catch (error) {
      if (!(error instanceof NoCamera)) throw error;
      return this.without(inWeChat() && error.reason === "unsupported" ? "weChat" : error.reason);
    }
    const video = h("video", { autoplay: true, muted: true, playsinline: true, "aria-label": words.viewfinder, srcObject: stream });
    video.muted = true;
    const guide = h("p", { class: "guide", role: "status" }, words.guide);
    const shoot = h("button", { type: "button", class: "shutter", "aria-label": words.shoot, "aria-disabled": "true" }, h("span"));
    video.addEventListener("loadeddata", () => shoot.setAttribute("aria-disabled", "false"), { once: true });
    shoot.addEventListener("click", async () => video.videoWidth && this.#review(await still(video, RATIO)));
    this.#put(
      h("div", { class: "finder" }, video, ovalMask(), guide),
      h("div", { class: "shutter-row" }, h("button", { type: "button", class: "link", onclick: () => this.intro() }, words.back), shoot, this.#pickerLink()),
    );
    this.#stream = stream;
    this.#stopLight = watchLight(video, (light) => (guide.textContent = words.light[light]));
    stream.getVideoTracks()[0].addEventListener("ended", () => this.#stream === stream && this.without("busy"));
    shoot.focus({ preventScroll: true });
    this.#stage.scrollIntoView({ block: "nearest" });
  }

  /** Show what would be sent, before anything is. */
  #review(blob) {
    const words = this.#words;
    const bar = h("progress", { max: 1, value: 0, "aria-label": words.sending, hidden: true });
    const trouble = h("div", { role: "alert" });
    const address = URL.createObjectURL(blob);
    const use = button("main", words.use, async () => {
      bar.hidden = false;
      trouble.replaceChildren();
      const error = await this.#session.submit("face", blob, { onProgress: (fraction) => (bar.value = fraction) });
      bar.hidden = true;
      if (error) trouble.replaceChildren(note("error", h("p", {}, this.#session.sentence(error))));
    });
    this.#put(
      h("div", { class: "finder still" }, h("img", { src: address, alt: words.picture }), ovalMask()),
      h("p", { class: "question" }, words.question),
      bar,
      trouble,
      h("div", { class: "actions" }, use, button("plain", words.retake, () => this.open())),
    );
    this.#picture = address;
    use.focus({ preventScroll: true });
  }

  #input() {
    const input = h("input", { type: "file", accept: "image/*", capture: "user", class: "unseen", tabindex: "-1", "aria-hidden": "true" });
    input.addEventListener("change", async () => {
      const [file] = input.files;
      input.value = "";
      if (file) await this.#take(file);
    });
    return input;
  }

  /** What is no picture has nothing to look at, and nothing is uploaded of it. */
  async #take(file) {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (bitmap) {
      bitmap.close();
      return this.#review(await shrunk(file));
    }
    const trouble = h("div", { role: "alert" }, note("error", h("p", {}, this.#session.texts.problems.file.not_an_image)));
    this.#stage.querySelector(":scope > [role=alert]")?.remove();
    this.#stage.prepend(trouble);
  }

  #picker(label, main = false) {
    const input = this.#input();
    return h("div", { class: "picker" }, input, button(main ? "main" : "plain", label, () => input.click()));
  }

  #pickerLink() {
    const input = this.#input();
    return h("span", { class: "picker" }, input, h("button", { type: "button", class: "link", onclick: () => input.click() }, this.#words.fileShort));
  }

  /** On the phone that holds this page already there is nothing to hand over. */
  #phone() {
    if (onPhone()) return null;
    return button("plain", this.#words.phone, () => handoff(this.#session));
  }

  /** The vendor's hosted liveness. A session is opened when it is asked for: each ends the one before. */
  vendor() {
    const words = this.#words;
    this.#put(silhouette(), h("div", { class: "actions" }, button("main", words.hosted.start, () => this.openVendor()), this.#phone()));
  }

  async openVendor() {
    try {
      this.#showVendor(await this.#vendorSession(), (await import("../qr.js")).qr);
    } catch (error) {
      if (error instanceof NoDevice) return this.#withoutDevice();
      if (NO_SESSION.has(error.code)) return this.intro();
      if (!(await this.#session.refused(error))) return;
      const retry = button("main", this.#words.again, () => this.openVendor());
      this.#put(note("warn", h("p", {}, this.#session.sentence(error))), h("div", { class: "actions" }, retry));
    }
  }

  /** Device data is collected only where this vendor asks for it. */
  async #vendorSession() {
    const { client, shell } = this.#session;
    const returnUrl = new URL(`${shell.base}/h/returned`, location.origin).href;
    try {
      return await client.faceSession({ returnUrl });
    } catch (error) {
      if (!asksForDevice(error)) throw error;
      return client.faceSession({ returnUrl, metaInfo: await deviceData(shell) });
    }
  }

  /** The vendor's script is blocked: nothing was used up, and other ways are left. */
  #withoutDevice() {
    const words = this.#words;
    this.#put(
      note("warn", h("p", {}, h("strong", {}, words.hosted.noDevice.title)), h("p", {}, words.hosted.noDevice.text)),
      h("div", { class: "actions" }, button("main", words.hosted.retry, () => this.openVendor()), this.#phone()),
    );
    announce(words.hosted.noDevice.title);
  }

  /** A phone cannot scan its own screen: the link is taken to WeChat by hand. */
  #toWeChat(url) {
    const { hosted } = this.#words;
    this.#put(
      silhouette(),
      h("p", { class: "question" }, hosted.toWeChat.text),
      h("div", { class: "actions" }, copyButton(hosted.toWeChat, url), button("plain", hosted.renew, () => this.openVendor())),
      h("p", { class: "small" }, hosted.waits),
    );
  }

  #showVendor({ url, opens_in: opensIn }, qr) {
    const { hosted } = this.#words;
    const go = h("a", { class: "button main", href: url, target: "_blank", rel: "noopener noreferrer" }, h("span", { class: "label" }, hosted.open));
    const code = h("div", { class: "qr" }, qr(url), h("p", {}, hosted.scan[opensIn] ?? hosted.scan.browser));
    const elsewhere = opensIn === "wechat" && !inWeChat();
    if (elsewhere && onPhone()) return this.#toWeChat(url);
    this.#put(
      elsewhere || innerWidth >= 700 ? code : silhouette(),
      h("div", { class: "actions" }, !elsewhere && go, button("plain", hosted.renew, () => this.openVendor())),
      h("p", { class: "small" }, hosted.waits),
    );
    if (!elsewhere) go.focus({ preventScroll: true });
  }
}

function onPhone() {
  return matchMedia("(pointer: coarse)").matches && innerWidth < 700;
}

function silhouette() {
  return h(
    "div",
    { class: "silhouette", "aria-hidden": "true" },
    drawing("outline", ["M80 26c-24 0-41 19-41 46 0 31 19 60 41 60s41-29 41-60c0-27-17-46-41-46z", "M22 176c6-24 27-34 58-34s52 10 58 34"], "0 0 160 180"),
    drawing("corners", ["M8 34V20A12 12 0 0 1 20 8h14", "M126 8h14a12 12 0 0 1 12 12v14", "M152 146v14a12 12 0 0 1-12 12h-14", "M34 172H20a12 12 0 0 1-12-12v-14"], "0 0 160 180"),
  );
}

function ovalMask() {
  return h("div", { class: "oval", "aria-hidden": "true" });
}
