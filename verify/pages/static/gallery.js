/** Every screen by its URL, `?screen=name`, for test verifications only: the real page over answers made up here. */

import { h } from "./dom.js";
import names from "./gallery_names.js";
import notices from "./gallery_notices.js";

const HOUR = 3_600_000;
const soon = (hours) => new Date(Date.now() + hours * HOUR).toISOString();

const STEPS = {
  face: ["consent", "identity", "face"],
  bank_card: ["consent", "bank_card", "sms_code", "face"],
  micro_transfer: ["consent", "bank_account", "id_card", "transfer_amount"],
  legal_representative: ["consent", "enterprise", "license", "representative", "face"],
  authorized_person: ["consent", "enterprise", "license", "representative", "authorization_letter", "face"],
};
const ENTERPRISE = ["legal_representative", "authorized_person"];
const CORPORATE = ["consent", "enterprise", "license", "representative", "id_card", "bank_account", "transfer_amount"];

/** A verification of `method` at `step`; `more` overrides its members. */
function at(method, step, more = {}, ofStep = {}) {
  const type = ENTERPRISE.includes(method) ? "enterprise" : "personal";
  const others = type === "personal" ? ["face", "bank_card", "micro_transfer"] : [...ENTERPRISE, "micro_transfer"];
  return {
    type,
    method,
    status: "pending",
    next_step: step,
    steps: upTo(step, STEPS[method], ofStep),
    alternatives: others.filter((other) => other !== method),
    ...more,
  };
}

function upTo(step, names, ofStep = {}) {
  const place = step ? names.indexOf(step) : names.length;
  return names.map((name, index) => ({ name, status: index < place ? "passed" : "pending", ...(name === step && { attempts_left: 3, ...ofStep }) }));
}

/** An enterprise that proves itself by its bank account. */
function corporate(step) {
  return { ...at("legal_representative", null), method: "micro_transfer", next_step: step, steps: upTo(step, CORPORATE), alternatives: ENTERPRISE };
}

/** Of a minor, whose guardian owes the next step. */
function ofMinor() {
  const { steps, ...found } = at("face", "identity", wrong("guardian", "guardian_required"));
  return { ...found, next_step: "guardian", steps: [steps[0], { name: "guardian", status: "pending" }, ...steps.slice(1)] };
}

const wrong = (step, code) => ({ last_error: { step, code, message: null, retryable: true } });
const ended = (status, codes) => ({ status, next_step: null, alternatives: [], decision: { by: "rules", reason_codes: codes, message: null } });
const transfer = (status, more = {}) => ({ transfer: { status, proof: "amount", arrives_by: soon(30), answer_by: soon(168), attempts_left: 3, ...more } });
const waitingFor = (method) => ({ ...at(method, null), status: "processing", next_step: null });
const PERSON = { name: "王**", id_number: "1****************7", verified_at: soon(-0.1), assurance: [] };
const FIRM = { ...PERSON, enterprise_name: "云帆示例科技（深圳）有限公司", credit_code: "91350100M000100Y43", representative_role: "authorized_person" };

const checked = (outcome, message, hours) => ({ step: "face", check: "face", recipient: "sandbox", data: ["name", "id_number", "face_image"], at: soon(hours), outcome, message });
const asked = (how, reason, found) => ({
  how,
  reasons: [{ code: "methods_exhausted", message: reason }],
  checks: [{ ...checked("match", null, -0.3), step: "identity", data: ["name", "id_number"] }, checked("mismatch", found, -0.2), checked(null, null, -0.1)],
});
const EXPLAINED = {
  "zh-CN": asked("结论由系统按固定规则自动得出：每个环节都通过才算通过。不打分，不看个人特征。", "可用的认证方式均已用完尝试次数，认证未能通过。", "人脸与权威数据源中的照片未能比对成功。"),
  en: asked("The outcome is reached by fixed rules: it is positive when every step has passed. Nothing is scored and no personal trait is looked at.", "All methods have used up their tries, so the verification could not be completed.", "The face could not be matched with the photo the authority holds."),
};

/** name → the verification, and what the surroundings are made to be */
export const SCENARIOS = {
  consent: [at("bank_card", "consent")],
  consent_enterprise: [at("authorized_person", "consent")],
  guardian: [ofMinor()],
  identity: [at("face", "identity")],
  identity_mismatch: [at("face", "identity", wrong("identity", "identity_mismatch"), { attempts_left: 2 })],
  identity_no_record: [at("face", "identity", wrong("identity", "no_record"), { attempts_left: 1 })],
  identity_outage: [at("face", "identity", wrong("identity", "provider_unavailable"))],
  face: [at("face", "face")],
  face_camera: [at("face", "face"), { camera: "open" }],
  face_denied: [at("face", "face"), { camera: "denied" }],
  face_no_camera: [at("face", "face"), { camera: "missing" }],
  face_busy: [at("face", "face"), { camera: "busy" }],
  face_unsupported: [at("face", "face"), { camera: "unsupported" }],
  face_wechat: [at("face", "face"), { camera: "weChat" }],
  face_mismatch: [at("face", "face", wrong("face", "face_mismatch"), { attempts_left: 2 })],
  face_liveness: [at("face", "face", wrong("face", "liveness_failed"), { attempts_left: 1 })],
  face_hosted: [at("face", "face"), { hosted: { opens_in: "browser" } }],
  face_hosted_wechat: [at("face", "face"), { hosted: { opens_in: "wechat" } }],
  face_alone: [at("face", "face", { alternatives: [] })],
  face_enterprise: [at("legal_representative", "face")],
  bank_card: [at("bank_card", "bank_card")],
  bank_card_mismatch: [at("bank_card", "bank_card", wrong("bank_card", "bank_card_mismatch"), { attempts_left: 2 })],
  sms_code: [at("bank_card", "sms_code", {}, { sent_to: "138****0001", resend_at: soon(0.015), expires_at: soon(0.16) })],
  sms_code_wrong: [at("bank_card", "sms_code", wrong("sms_code", "code_wrong"), { sent_to: "138****0001", attempts_left: 4 })],
  bank_account: [at("micro_transfer", "bank_account")],
  bank_account_returned: [at("micro_transfer", "bank_account", wrong("bank_account", "transfer_returned"), { attempts_left: 2 })],
  id_card: [at("micro_transfer", "id_card", {}, { needs: ["front", "back"] })],
  id_card_back: [at("micro_transfer", "id_card", {}, { needs: ["back"] })],
  id_card_unreadable: [at("micro_transfer", "id_card", wrong("id_card", "id_card_unreadable"), { needs: ["front", "back"] })],
  transfer: [{ ...at("micro_transfer", "transfer_amount", transfer("requested")), status: "processing", next_step: null }],
  transfer_amount: [at("micro_transfer", "transfer_amount", transfer("sent"))],
  transfer_two_amounts: [at("micro_transfer", "transfer_amount", transfer("sent", { proof: "two_amounts" }))],
  transfer_code: [at("micro_transfer", "transfer_amount", transfer("sent", { proof: "remark_code" }))],
  transfer_amount_wrong: [at("micro_transfer", "transfer_amount", { ...transfer("sent", { attempts_left: 2 }), ...wrong("transfer_amount", "amount_mismatch") }, { attempts_left: 2 })],
  enterprise: [at("authorized_person", "enterprise")],
  license: [at("authorized_person", "license")],
  representative: [at("legal_representative", "representative")],
  representative_choice: [corporate("representative")],
  representative_authorized: [at("authorized_person", "representative")],
  authorization_letter: [at("authorized_person", "authorization_letter")],
  bank_account_enterprise: [corporate("bank_account")],
  waiting: [waitingFor("face")],
  waiting_register: [{ ...at("legal_representative", "representative", {}, { next_check_at: soon(26) }), status: "processing", next_step: null }],
  review: [{ ...at("authorized_person", null), status: "review", next_step: null }],
  review_asked: [at("authorized_person", "license", { request: "营业执照照片右下角的公章不清楚，请重新拍摄。" })],
  exhausted: [{ ...at("face", "face", wrong("face", "face_mismatch"), { status: "failed", attempts_left: 0 }), next_step: null }],
  exhausted_all: [{ ...at("face", "face", wrong("face", "no_photo"), { status: "failed", attempts_left: 0 }), next_step: null, alternatives: [] }],
  verified: [{ ...at("face", null), status: "verified", alternatives: [], result: PERSON }],
  verified_enterprise: [{ ...at("authorized_person", null), status: "verified", alternatives: [], result: FIRM }],
  rejected: [at("face", "face", ended("rejected", ["methods_exhausted"]))],
  explanation: [at("face", "face", ended("rejected", ["methods_exhausted"])), { screen: "explanation" }],
  expired: [at("face", "identity", ended("expired", ["expired"]))],
  canceled: [at("face", "identity", ended("canceled", ["canceled"]))],
  guardian_ask: [null, { guardian: "requested", age: "minor" }],
  guardian_ask_child: [null, { guardian: "requested", age: "child" }],
  guardian_granted: [null, { guardian: "granted" }],
  guardian_declined: [null, { guardian: "declined" }],
  guardian_withdrawn: [null, { guardian: "withdrawn" }],
  guardian_over: [null, { guardian: "replaced" }],
  guardian_link: [null, { guardian: "stopped" }],
  link_incomplete: [null, { stopped: "no_link" }],
  link_expired: [null, { stopped: "invalid_credentials" }],
  link_unknown: [null, { stopped: "not_found" }],
  frame_refused: [null, { stopped: "forbidden" }],
  offline: [null, { stopped: "network" }],
  service_down: [null, { stopped: "not_ready" }],
  rate_limited: [null, { stopped: "rate_limited" }],
  trouble: [null, { stopped: "other" }],
};

export function open(session, wanted) {
  const scenario = SCENARIOS[wanted];
  if (!scenario) return index(session);
  const [verification, surroundings = {}] = scenario;
  session.scenario = surroundings;
  if (surroundings.guardian) return ofGuardian(session, surroundings);
  if (surroundings.stopped) {
    session.client = { id: session.client.id, verification: null };
    return session.show("stopped", { code: surroundings.stopped });
  }
  session.client = new Canned(session.client, verification, surroundings);
  return session.show(surroundings.screen);
}

/** Answers like the service, without asking it to do anything. */
class Canned {
  constructor(real, verification, surroundings) {
    this.real = real;
    this.id = real.id;
    this.clockOffset = 0;
    this.surroundings = surroundings;
    const blank = { last_error: null, decision: null, request: null, result: null, transfer: null };
    this.verification = { ...real.verification, ...blank, ...verification };
    if (this.verification.status !== "pending") this.verification.alternatives = [];
  }

  read = async () => this.verification;
  submit = async () => this.verification;
  resendCode = this.read;
  switchMethod = this.read;
  cancel = this.read;
  watch = () => () => {};
  letterTemplate = async () => new Blob(["%PDF-1.4"], { type: "application/pdf" });
  notice = async (options) => ({ ...(await this.real.notice(options)), items: notices[this.verification.method][options.locale] });
  explanation = async (options) => ({ ...(await this.real.explanation(options)), ...EXPLAINED[options.locale] });
  faceSession = async () => {
    const url = `${location.origin}/h/returned`;
    return { url, qr: url, expires_at: soon(0.2), ...this.surroundings.hosted };
  };
}

/** The page of a minor's guardian, which has words and screens of its own. */
async function ofGuardian(session, { guardian: status, age }) {
  const [{ SCREENS, screenOf, words }, { place }, { default: stopped }] = await Promise.all(
    ["./guardian_screens.js", "./frame.js", "./screens/stopped.js"].map((name) => import(name)),
  );
  const { real = session.client } = session.client;
  const guardian = { status, relationship: "parent" };
  const notice = async (options) => ({ ...(await real.notice(options)), items: notices[age][options.locale] });
  session.client = { id: real.id, verification: null, guardian, notice, answer: async () => guardian };
  session.words = words;
  await session.speak(session.locale);
  session.show = session.again = async () => {
    const name = status === "stopped" ? status : screenOf(guardian);
    const screen = await (name === "stopped" ? stopped(session, { code: "invalid_credentials" }) : SCREENS[name](session));
    place(session, { ...screen, name });
  };
  return session.show();
}

async function index(session) {
  const { place } = await import("./frame.js");
  const words = session.texts.gallery;
  const address = (screen) => {
    const url = new URL(location.href);
    url.searchParams.delete("screen");
    if (screen) url.searchParams.set("screen", screen);
    return url.href;
  };
  const group = ([title, screens]) => [
    h("h2", {}, title[session.locale]),
    Object.entries(screens).map(([name, title]) => h("a", { href: address(name) }, title[session.locale])),
  ];
  session.again = () => index(session);
  place(session, {
    name: "gallery",
    title: words.title,
    lede: words.lede,
    quiet: true,
    content: [h("p", {}, h("a", { href: address(null) }, words.open)), h("div", { class: "gallery" }, names.map(group))],
  });
}
