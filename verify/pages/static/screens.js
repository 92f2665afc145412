/** Which screen a verification stands at. The one table that decides what is shown. */

const ENDS = { verified: "verified", rejected: "rejected", expired: "expired", canceled: "canceled", review: "review" };

/** What is shown for each step; the modules are asked for when they are needed. */
const MODULES = {
  consent: () => import("./screens/consent.js"),
  guardian: () => import("./screens/guardian.js"),
  identity: () => import("./screens/identity.js"),
  face: () => import("./screens/face.js"),
  bank_card: () => import("./screens/bank_card.js"),
  sms_code: () => import("./screens/sms_code.js"),
  bank_account: () => import("./screens/bank_account.js"),
  id_card: () => import("./screens/id_card.js"),
  transfer_amount: () => import("./screens/transfer_amount.js"),
  enterprise: () => import("./screens/enterprise.js"),
  license: () => import("./screens/license.js"),
  representative: () => import("./screens/representative.js"),
  authorization_letter: () => import("./screens/authorization_letter.js"),
  waiting: () => import("./screens/waiting.js"),
  transfer: () => import("./screens/transfer.js"),
  exhausted: () => import("./screens/exhausted.js"),
  review: () => import("./screens/review.js"),
  verified: () => import("./screens/verified.js"),
  rejected: () => import("./screens/ended.js"),
  expired: () => import("./screens/ended.js"),
  canceled: () => import("./screens/ended.js"),
  explanation: () => import("./screens/explanation.js"),
  stopped: () => import("./screens/stopped.js"),
};

export const NAMES = Object.keys(MODULES);

/** The name of the screen. A step this page does not know yet is waited for rather than guessed at. */
export function screenOf(verification) {
  const { status, next_step: step, transfer } = verification;
  if (ENDS[status]) return ENDS[status];
  if (status === "processing") return transfer ? "transfer" : "waiting";
  if (step) return MODULES[step] ? step : "waiting";
  return "exhausted";
}

/** What makes a screen another one; while it stays the same, what the user types is left alone. */
export function keyOf(verification) {
  const { status, method, next_step: step, last_error: error, steps, transfer } = verification;
  const tries = steps.map((one) => `${one.status}${one.attempts_left ?? ""}${one.needs?.join() ?? ""}`);
  return [status, method, step, error?.code, error?.step, tries.join(), transfer?.status, transfer?.arrives_by].join("|");
}

export async function load(name) {
  return (await MODULES[name]()).default;
}
