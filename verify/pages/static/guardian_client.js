/** What a minor's guardian may ask of the service, with the token that was made for them. */

import { RealnameError } from "./realname.js";

export class GuardianClient {
  #token;
  #address;

  constructor({ id, token, base }) {
    this.#token = token;
    this.#address = `${base}/v1/verifications/${id}/guardian`;
    /** who was named and what they answered, as it was last read */
    this.guardian = null;
  }

  async read() {
    this.guardian = await this.#call("GET", "");
  }

  notice({ locale }) {
    return this.#call("GET", `/consent_notice?locale=${locale}`);
  }

  /** `what`: consent, decline or withdraw. */
  async answer(what, body = {}) {
    this.guardian = await this.#call("POST", `/${what}`, body);
  }

  async #call(method, path, body) {
    const headers = { Authorization: `Bearer ${this.#token}` };
    if (body) headers["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await fetch(this.#address + path, { method, headers, body: body && JSON.stringify(body) });
    } catch {
      throw new RealnameError({ code: "network" });
    }
    // a proxy's own page is none of our answers
    const read = await answer.json().catch(() => ({ code: "network" }));
    const retryAfter = Number(answer.headers.get("Retry-After")) || null;
    if (!answer.ok) throw new RealnameError(read, { status: answer.status, retryAfter });
    return read;
  }
}
