/**
 * The client of one verification: read, submit steps, watch. Also puts the hosted page into another page.
 *
 * No dependency, no build. The token is held in memory only. Types: realname.d.ts.
 */

/** ends of a verification; it stays as it is from then on */
export const FINAL = Object.freeze(["verified", "rejected", "expired", "canceled"]);

/** seconds between two looks when the service names none, growing to the second number while nothing changes */
const LOOK_AGAIN = [2, 15];

/** milliseconds before each repetition of a request whose answer was lost; its idempotency key makes that safe */
const REPEATS = [400, 1500];

/** milliseconds in which no byte of a file goes out, or no answer comes, after which the connection counts as lost */
const SILENCE = { sending: 30_000, answer: 80_000 };

/** A request that was refused, or that could not be made: then `code` is "network" and `status` 0. */
export class RealnameError extends Error {
  constructor(problem, { status = 0, retryAfter = null } = {}) {
    super(problem.detail || problem.code);
    this.name = "RealnameError";
    this.code = problem.code;
    this.status = status;
    this.retryAfter = retryAfter;
    this.requestId = problem.request_id || null;
    this.errors = problem.errors || [];
    this.problem = problem;
  }
}

/** A client of the verification `id`, with the `token` that its creation answered. */
export function connect({ id, token, base = new URL(import.meta.url).origin }) {
  return new Client(id, token, base.replace(/\/$/, ""));
}

/** A client out of the address of a hosted page, `…/h/{id}#{token}`. */
export function connectTo(hostedUrl) {
  const url = new URL(hostedUrl);
  const [, prefix, id] = url.pathname.match(/^(.*)\/h\/([^/]+)$/) || [];
  return connect({ id, token: url.hash.slice(1), base: url.origin + (prefix || "") });
}

class Client {
  #token;
  #base;
  #etag = null;
  /** what ends the pause of each watch */
  #sleeping = [];

  constructor(id, token, base) {
    this.id = id;
    this.#token = token;
    this.#base = base;
    /** as it was last read */
    this.verification = null;
    /** milliseconds the service's clock is ahead of this one's, as far as known */
    this.clockOffset = 0;
  }

  /** The verification as it stands. */
  async read({ signal } = {}) {
    await this.#look(signal);
    return this.verification;
  }

  /** The consent notice, in the verification's language or in `locale`. */
  notice({ locale, signal } = {}) {
    return this.#call("GET", `/consent_notice${locale ? `?locale=${locale}` : ""}`, { signal });
  }

  /** Why it ended as it did, and how to ask for a person, in the verification's language or in `locale`. */
  explanation({ locale, signal } = {}) {
    return this.#call("GET", `/explanation${locale ? `?locale=${locale}` : ""}`, { signal });
  }

  /** A filled letter to print, sign and stamp: a PDF as a Blob. */
  letterTemplate({ signal } = {}) {
    return this.#call("GET", "/authorization_letter_template", { signal, as: "blob" });
  }

  /**
   * Submit a step: an object as JSON, a Blob as the raw body. `query` are parameters such as `{side: "front"}`;
   * `onProgress` hears the fraction of the body that went out.
   */
  async submit(step, body, { query = {}, onProgress, signal } = {}) {
    const parameters = new URLSearchParams(query).toString();
    return this.#keep(
      await this.#call("POST", `/steps/${step}${parameters ? `?${parameters}` : ""}`, { body, onProgress, signal }),
    );
  }

  async resendCode() {
    return this.#keep(await this.#call("POST", "/steps/sms_code/resend", { body: {} }));
  }

  /** Opens the vendor's own page for the face: `{url, opens_in, qr, expires_at}`. */
  faceSession({ returnUrl, metaInfo } = {}) {
    const body = { ...(returnUrl && { return_url: returnUrl }), ...(metaInfo && { meta_info: metaInfo }) };
    return this.#call("POST", "/steps/face/session", { body });
  }

  async switchMethod(method) {
    return this.#keep(await this.#call("POST", "/switch_method", { body: { method } }));
  }

  async cancel({ reason } = {}) {
    return this.#keep(await this.#call("POST", "/cancel", { body: reason ? { reason } : {} }));
  }

  /**
   * Calls `onChange` with the verification as it stands and again at every change, also at those that this client's own
   * submissions make, until the end or until the answered function is called. Looks as often as the service asks, seldom
   * while nothing changes, not at all while the page is hidden.
   */
  watch(onChange, { onError = () => {} } = {}) {
    const stopped = new AbortController();
    this.#watch(onChange, onError, stopped.signal);
    return () => stopped.abort();
  }

  async #watch(onChange, onError, signal) {
    let told = null;
    const tell = () => {
      const text = this.verification && JSON.stringify(this.verification);
      if (signal.aborted || !text || text === told) return false;
      told = text;
      onChange(this.verification);
      return true;
    };
    tell();
    let pause = told ? LOOK_AGAIN[0] : 0;
    while (!signal.aborted && !FINAL.includes(this.verification?.status)) {
      const woken = new Promise((wake) => this.#sleeping.push(() => wake(true)));
      const moved = await Promise.race([wait(pause * 1000, signal), woken]);
      await visible(signal);
      if (signal.aborted) return;
      if (moved) {
        tell();
        pause = LOOK_AGAIN[0];
        continue;
      }
      try {
        const { retryAfter } = await this.#look(signal);
        pause = tell() ? LOOK_AGAIN[0] : Math.min(Math.max(pause, LOOK_AGAIN[0]) * 1.3, LOOK_AGAIN[1]);
        if (retryAfter) pause = Math.max(retryAfter, pause / 2);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        if (error.status === 401 || error.status === 404) return;
        pause = Math.max(error.retryAfter || 0, Math.min(Math.max(pause, LOOK_AGAIN[0]) * 2, 30));
      }
    }
  }

  async #look(signal) {
    const headers = this.#etag ? { "If-None-Match": this.#etag } : {};
    const answer = await this.#send("GET", "", { headers, signal });
    const retryAfter = Number(answer.headers("Retry-After")) || null;
    if (answer.status === 304) return { retryAfter };
    const read = JSON.parse(answer.text);
    // overtaken by the answer to a submission
    if (this.verification && read.updated_at < this.verification.updated_at) return { retryAfter };
    this.#keep(read);
    this.#etag = answer.headers("ETag");
    return { retryAfter };
  }

  #keep(verification) {
    this.verification = verification;
    this.#etag = null;
    for (const wake of this.#sleeping.splice(0)) wake();
    return verification;
  }

  async #call(method, path, { body, onProgress, signal, as } = {}) {
    const headers = {};
    if (method === "POST") headers["Idempotency-Key"] = crypto.randomUUID?.() || randomKey();
    if (body instanceof Blob) headers["Content-Type"] = body.type || "application/octet-stream";
    else if (body !== undefined) headers["Content-Type"] = "application/json";
    const payload = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
    for (let repeat = 0; ; repeat += 1) {
      try {
        const answer = await this.#send(method, path, { headers, payload, onProgress, signal, as });
        return as === "blob" ? answer.blob : JSON.parse(answer.text);
      } catch (error) {
        const lost = (error.code === "network" && !error.problem.silent) || error.code === "request_in_progress";
        if (!lost || signal?.aborted || repeat >= REPEATS.length) throw error;
        await wait(REPEATS[repeat], signal);
      }
    }
  }

  /** XMLHttpRequest, because fetch tells nothing of how much has gone out. */
  #send(method, path, { headers = {}, payload, onProgress, signal, as } = {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, `${this.#base}/v1/verifications/${this.id}${path}`);
      request.responseType = as === "blob" ? "blob" : "text";
      const started = performance.now();
      // a limit of the whole would cut off whoever sends a large file over a slow line
      const allow = (silence) => (request.timeout = performance.now() - started + silence);
      allow(payload instanceof Blob ? SILENCE.sending : SILENCE.answer);
      request.setRequestHeader("Authorization", `Bearer ${this.#token}`);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      if (payload instanceof Blob) {
        request.upload.onprogress = (event) => (allow(SILENCE.sending), onProgress?.(event.loaded / (event.total || 1)));
        request.upload.onload = () => allow(SILENCE.answer);
      }
      request.onload = async () => {
        const date = Date.parse(request.getResponseHeader("Date") || "");
        if (date) this.clockOffset = date - Date.now();
        if (request.status < 400) resolve(answerOf(request, as));
        else reject(await refusalOf(request, as));
      };
      request.onerror = () => reject(new RealnameError({ code: "network" }));
      request.ontimeout = () => reject(new RealnameError({ code: "network", silent: true }));
      request.onabort = () => reject(new DOMException("aborted", "AbortError"));
      signal?.addEventListener("abort", () => request.abort());
      request.send(payload);
    });
  }
}

function answerOf(request, as) {
  const body = as === "blob" ? { blob: request.response } : { text: request.responseText };
  return { status: request.status, headers: (name) => request.getResponseHeader(name), ...body };
}

async function refusalOf(request, as) {
  const text = as === "blob" ? await request.response.text() : request.responseText;
  let problem = { code: "network" };
  try {
    problem = JSON.parse(text);
  } catch {
    // a proxy's own page
  }
  const retryAfter = Number(request.getResponseHeader("Retry-After")) || null;
  return new RealnameError(problem, { status: request.status, retryAfter });
}

/** `crypto.randomUUID` is missing outside secure contexts. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function wait(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

function visible(signal) {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true });
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** milliseconds after which a frame that was loaded and said nothing holds a browser's own page instead of ours */
const SILENT = 6000;

/**
 * Put the hosted page into `container`. `onEvent` hears `{type, id, status, next_step}`: `ready`, `changed`, and `done`
 * when the user wants to go back to you; `refused` where the browser did not show the page in a frame, mostly because
 * this origin is not registered: the user is led to the page in a window of its own. Ask your server for the outcome; an
 * event proves nothing.
 */
export function embed(container, hostedUrl, { onEvent = () => {}, title = "实名认证" } = {}) {
  const frame = document.createElement("iframe");
  const { origin } = new URL(hostedUrl);
  let silence, note;
  const listen = (event) => {
    if (event.source !== frame.contentWindow || event.origin !== origin || event.data?.source !== "realname") return;
    clearTimeout(silence);
    frame.onload = null;
    const { source: _, ...told } = event.data;
    if (told.type === "resize") frame.style.height = `${told.height}px`;
    // a frame as tall as its page cannot scroll to the next screen itself
    if (told.type === "changed" && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
    if (told.type !== "resize") onEvent(told);
  };
  const refused = () => {
    removeEventListener("message", listen);
    frame.replaceWith((note = wayOut(hostedUrl)));
    console.warn(`Realname: the page did not open in this frame. Is ${location.origin} an origin of the application?`);
    onEvent({ type: "refused", id: connectTo(hostedUrl).id, status: null, next_step: null });
  };
  frame.onload = () => {
    clearTimeout(silence);
    silence = setTimeout(refused, SILENT);
  };
  addEventListener("message", listen);
  Object.assign(frame, { src: hostedUrl, title, allow: "camera; clipboard-write", referrerPolicy: "no-referrer" });
  Object.assign(frame.style, { width: "100%", minHeight: "640px", border: "0", colorScheme: "light dark" });
  container.append(frame);
  return {
    element: frame,
    remove() {
      clearTimeout(silence);
      removeEventListener("message", listen);
      frame.remove();
      note?.remove();
    },
  };
}

const WORDS = {
  "zh-CN": ["认证页面无法显示在这里。", "在新窗口中打开认证页面"],
  en: ["The verification cannot be shown here.", "Open it in a window of its own"],
};

/** What stands where the frame would: the page in a window of its own is the same one. */
function wayOut(hostedUrl) {
  const language = new URL(hostedUrl).searchParams.get("lang") || document.documentElement.lang;
  const [told, open] = WORDS[language.startsWith("en") ? "en" : "zh-CN"];
  const link = Object.assign(document.createElement("a"), { href: hostedUrl, target: "_blank", rel: "noopener noreferrer" });
  link.textContent = open;
  const place = document.createElement("p");
  place.setAttribute("role", "alert");
  place.append(told, " ", link);
  return place;
}
