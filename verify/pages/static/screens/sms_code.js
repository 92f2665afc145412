/** Six digits that came by SMS; sent by the button or Enter alone, never by typing. */

import * as checks from "../checks.js";
import { announce, h, note } from "../dom.js";
import { clock, secondsUntil } from "../dates.js";
import { field, form, lastError } from "../fields.js";

const LENGTH = 6;

export default async function smsCode(session) {
  const words = session.texts.smsCode;
  const { sent_to: sentTo } = session.step("sms_code");
  const code = field(session, {
    name: "code",
    label: words.code,
    check: checks.code,
    more: { inputmode: "numeric", autocomplete: "one-time-code", maxlength: LENGTH, pattern: "[0-9]*", class: "digits code" },
  });
  const element = form(session, {
    step: "sms_code",
    fields: [code],
    keep: false,
    label: words.submit,
    above: [await lastError(session, "sms_code")],
    submit: (values) => session.submit("sms_code", values),
  });
  code.control.addEventListener("input", () => {
    code.control.value = code.control.value.replace(/\D/g, "").slice(0, LENGTH);
  });
  const resending = resend(session);
  return {
    title: words.title,
    lede: words.lede(sentTo),
    leave: resending.stop,
    shown: () => code.control.focus({ preventScroll: true }),
    content: [element, resending.element, help(session)],
  };
}

/** Counts down to when the next code may be asked for. */
function resend(session) {
  const words = session.texts.smsCode;
  const { resend_at: at } = session.step("sms_code");
  const trouble = h("div", { role: "alert" });
  const press = h("button", { type: "button", class: "link" });
  const tick = () => {
    const left = at ? secondsUntil(at, session.client.clockOffset) : 0;
    press.textContent = left ? words.resendIn(clock(left)) : words.resend;
    press.setAttribute("aria-disabled", String(left > 0));
    return left;
  };
  press.addEventListener("click", async () => {
    if (press.getAttribute("aria-disabled") === "true") return;
    press.setAttribute("aria-disabled", "true");
    const error = await session.attempt(() => session.client.resendCode());
    if (!error) return announce(words.sentAgain);
    trouble.replaceChildren(note("error", h("p", {}, session.sentence(error))));
    press.setAttribute("aria-disabled", "false");
  });
  const timer = setInterval(tick, 1000);
  tick();
  return { element: h("div", { class: "resend" }, press, trouble), stop: () => clearInterval(timer) };
}

function help(session) {
  const words = session.texts.smsCode;
  return h(
    "details",
    { class: "help" },
    h("summary", {}, words.helpTitle),
    h("ul", {}, words.help.map((line) => h("li", {}, line))),
    session.verification.alternatives.length > 0 &&
      h("p", {}, h("button", { type: "button", class: "link", onclick: () => startOver(session) }, words.correct)),
  );
}

/** To another method and back: the card can be given anew, and no try is spent. */
async function startOver(session) {
  const { method, alternatives } = session.verification;
  const error = await session.attempt(async () => {
    await session.client.switchMethod(alternatives[0]);
    await session.client.switchMethod(method);
  });
  if (error) await session.show(null, { told: session.sentence(error) });
}
