/** What a screen is handed: the client, the verification, words, and ways on. One for each visit. */

import { RealnameError, connect } from "./realname.js";
import messages from "./messages.js";
import { announce } from "./dom.js";
import { embedded } from "./embedded.js";

/** codes that end the visit rather than a request */
const STOPPING = new Set(["invalid_credentials", "not_found", "forbidden"]);

/** codes after which the verification has to be read again, since it is not what this page took it for */
const STALE = new Set(["step_not_expected", "step_returned", "verification_final", "consent_required", "method_unavailable"]);

export class Session {
  /** what was typed at each step, in memory only, so that a correction starts from it */
  drafts = {};

  /** shows the screen that stands now once more; set by whoever shows one */
  again = null;

  /** `words` fetches the texts of a language. */
  constructor({ shell, token, words, show }) {
    this.shell = shell;
    this.words = words;
    this.show = show;
    this.client = connect({ id: shell.id, token, base: location.origin + shell.base });
    this.embedded = embedded;
    this.scenario = {};
  }

  /** What is shown from now on is in this language. */
  async speak(locale) {
    this.texts = await this.words(locale);
    this.locale = locale;
  }

  get verification() {
    return this.client.verification;
  }

  get application() {
    return this.shell.application || this.texts.service;
  }

  step(name) {
    return this.verification.steps.find((one) => one.name === name) ?? { name, status: "pending" };
  }

  /** The words for what is wrong with a field, in the language of the page. */
  fieldMessage(code, otherwise) {
    return messages[this.locale]?.[code] ?? otherwise ?? this.texts.problems.field;
  }

  /** The words of a reason code: as answered where the languages agree, else from the published table. */
  async reason(code, answered) {
    if (this.locale === this.verification.locale && answered) return answered;
    this.reasons ??= fetch(`${this.shell.base}/v1/reason_codes`).then((answer) => answer.json()).catch(() => null);
    const found = (await this.reasons)?.data.find((one) => one.code === code);
    return found?.text[this.locale] ?? answered ?? this.texts.problems.unknown;
  }

  /** Submit and go on. Answers null, or what was wrong for the screen to show at its place. */
  submit(step, body, options) {
    return this.attempt(() => this.client.submit(step, body, options));
  }

  /** Do something that answers the verification; the same promise. */
  async attempt(action) {
    try {
      await action();
    } catch (error) {
      if (error.name === "AbortError") return null;
      if (!(error instanceof RealnameError)) throw error;
      return this.refused(error);
    }
    await this.show();
    return null;
  }

  async refused(error) {
    if (STOPPING.has(error.code)) {
      await this.show("stopped", { code: error.code });
      return null;
    }
    if (error.code === "notice_changed" || STALE.has(error.code)) {
      await this.client.read();
      await this.show(null, { told: this.sentence(error) });
      return null;
    }
    announce(this.sentence(error));
    return error;
  }

  /** One sentence for a refusal that belongs to no field. */
  sentence(error) {
    const { problems } = this.texts;
    const unusable = error.code === "unsupported_image" || error.code === "unsupported_file";
    if (unusable && problems.file[error.problem.reason]) return problems.file[error.problem.reason];
    const found = problems[error.code] ?? (error.status >= 500 ? problems.internal_error : problems.unknown);
    return typeof found === "function" ? found(error, this.verification) : found;
  }

  /** Back to the application, with the id and nothing else. */
  leave() {
    this.tell("done");
    const { return_url: url } = this.verification ?? {};
    if (this.embedded || !url) return;
    const target = new URL(url);
    target.searchParams.set("verification", this.verification.id);
    location.assign(target.href);
  }

  get canLeave() {
    return this.embedded || Boolean(this.verification?.return_url);
  }

  /** Events for the page around this one. Only registered origins may frame it, so whoever listens is one. */
  tell(type, more = {}) {
    if (!this.embedded) return;
    const { id, status, next_step } = this.verification ?? { id: this.shell.id };
    parent.postMessage({ source: "realname", type, id, status, next_step, ...more }, location.ancestorOrigins?.[0] ?? "*");
  }
}
