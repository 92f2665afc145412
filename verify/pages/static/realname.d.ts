/** Types of realname.js, version 1. Members may be added to objects; let unknown ones pass. */

export type Status = "pending" | "processing" | "review" | "verified" | "rejected" | "expired" | "canceled";
export type Type = "personal" | "enterprise";
export type Method = "face" | "bank_card" | "micro_transfer" | "legal_representative" | "authorized_person";
export type StepName =
  | "consent" | "guardian" | "identity" | "face" | "bank_card" | "sms_code" | "bank_account" | "id_card" | "transfer_amount"
  | "enterprise" | "license" | "representative" | "authorization_letter";

export interface Step {
  name: StepName;
  status: "pending" | "processing" | "passed" | "failed";
  attempts_left?: number;
  resend_at?: string;
  expires_at?: string;
  /** when a register that had no record is asked again */
  next_check_at?: string;
  sent_to?: string;
  needs?: ("front" | "back")[];
}

export interface Verification {
  id: string;
  object: "verification";
  livemode: boolean;
  type: Type;
  method: Method;
  account_ref: string;
  status: Status;
  next_step: StepName | null;
  steps: Step[];
  last_error: { step: StepName; code: string; message: string; retryable: boolean } | null;
  decision: { by: "rules" | "staff"; reason_codes: string[]; message: string } | null;
  request: string | null;
  supersedes: string | null;
  result: Result | null;
  transfer: Transfer | null;
  alternatives: Method[];
  redacted_at: string | null;
  expires_at: string;
  created_at: string;
  updated_at: string;
  locale: "zh-CN" | "en";
  return_url: string | null;
  metadata: Record<string, string>;
}

export interface Result {
  name: string | null;
  id_number: string | null;
  enterprise_name?: string | null;
  credit_code?: string | null;
  organization_code?: string | null;
  representative_role?: "legal_representative" | "authorized_person";
  verified_at: string;
  assurance: { check: string; provider: string; liveness?: boolean; proof?: string; guessing_odds?: string }[];
}

export interface Transfer {
  status: "created" | "requested" | "sent" | "failed" | "returned" | "unknown";
  proof: "amount" | "two_amounts" | "remark_code";
  arrives_by: string | null;
  answer_by: string | null;
  attempts_left: number;
}

export interface NoticeItem {
  id: string;
  required: boolean;
  purpose: string;
  data: string[];
  retention: string;
  recipient?: { name: string; contact: string; purpose: string; method: string; data: string[] };
}

export interface Notice {
  notice_id: string;
  policy_version: string;
  /** Markdown */
  text: string;
  items: NoticeItem[];
}

export interface FaceSession {
  url: string;
  opens_in: "browser" | "wechat";
  /** `url` as an SVG image in a `data:` URI, for pages whose policy lets them show one */
  qr: string;
  expires_at: string;
}

/** What led to the outcome, in words. */
export interface Explanation {
  verification: string;
  status: Status;
  decided_by: "rules" | "staff" | null;
  decided_at: string | null;
  how: string;
  reasons: { code: string; message: string }[];
  steps: { name: StepName; status: string }[];
  checks: { step: StepName; check: string; recipient: string; data: string[]; at: string; outcome: string | null; message: string | null }[];
  ask_a_person: string;
}

/** A problem document (RFC 9457) as an exception. */
export class RealnameError extends Error {
  /** stable; "network" when no answer came */
  code: string;
  /** HTTP status, 0 when no answer came */
  status: number;
  /** seconds */
  retryAfter: number | null;
  requestId: string | null;
  errors: { field: string; code: string; message: string }[];
  problem: Record<string, unknown>;
}

export interface Client {
  readonly id: string;
  /** as it was last read */
  readonly verification: Verification | null;
  readonly clockOffset: number;
  read(options?: { signal?: AbortSignal }): Promise<Verification>;
  notice(options?: { locale?: "zh-CN" | "en"; signal?: AbortSignal }): Promise<Notice>;
  explanation(options?: { locale?: "zh-CN" | "en"; signal?: AbortSignal }): Promise<Explanation>;
  letterTemplate(options?: { signal?: AbortSignal }): Promise<Blob>;
  submit(
    step: StepName,
    body: object | Blob,
    options?: { query?: Record<string, string>; onProgress?: (fraction: number) => void; signal?: AbortSignal },
  ): Promise<Verification>;
  resendCode(): Promise<Verification>;
  faceSession(options?: { returnUrl?: string; metaInfo?: string }): Promise<FaceSession>;
  switchMethod(method: Method): Promise<Verification>;
  /** `consent_declined`: the user read the notice and said no; nobody asks again at once, unless they do. */
  cancel(options?: { reason?: "consent_declined" }): Promise<Verification>;
  /** Calls at its start, at every change and after own submissions; answers a function that ends it. */
  watch(onChange: (verification: Verification) => void, options?: { onError?: (error: RealnameError) => void }): () => void;
}

export const FINAL: readonly Status[];
export function connect(options: { id: string; token: string; base?: string }): Client;
export function connectTo(hostedUrl: string): Client;

export interface PageEvent {
  /** `refused`: the browser showed nothing in the frame; the user is led to a window of its own. */
  type: "ready" | "changed" | "done" | "refused";
  id: string;
  /** null when `refused` */
  status: Status | null;
  next_step: StepName | null;
}

export function embed(
  container: Element,
  hostedUrl: string,
  options?: { onEvent?: (event: PageEvent) => void; title?: string },
): { element: HTMLIFrameElement; remove(): void };
