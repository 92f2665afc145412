/** The page of a minor's guardian: who asks them and what for, their yes or no, and what became of it. */

import { place } from "./frame.js";
import { GuardianClient } from "./guardian_client.js";
import { SCREENS, screenOf, words } from "./guardian_screens.js";
import stopped from "./screens/stopped.js";
import { Session } from "./session.js";

const { dataset } = document.body;
const shell = {
  id: dataset.id,
  application: dataset.application,
  base: dataset.base,
  livemode: dataset.livemode === "true",
};

/** codes by which the minor's verification wants nothing of a guardian any more */
const OVER = new Set(["verification_final", "verification_expired", "step_not_expected"]);

/** A guardian sees nothing of the minor's verification, so there is none here. */
class Visit extends Session {
  constructor(options) {
    super(options);
    this.client = new GuardianClient({ id: shell.id, token: options.token, base: location.origin + shell.base });
  }

  get verification() {
    return null;
  }

  async refused(error) {
    if (!OVER.has(error.code)) return super.refused(error);
    await this.show("over");
    return null;
  }
}

let session;

async function show(name = null, args = {}) {
  name ??= screenOf(session.client.guardian);
  let screen;
  try {
    screen = await (name === "stopped" ? stopped : SCREENS[name])(session, args);
  } catch (error) {
    if (!error.code) throw error;
    if (OVER.has(error.code)) return show("over");
    return show("stopped", { code: error.code, retry: open });
  }
  session.again = () => show(name, { ...args, told: null });
  place(session, { ...screen, name, told: args.told });
}

async function open() {
  try {
    await session.client.read();
  } catch (error) {
    return show("stopped", { code: error.code, retry: open });
  }
  return show();
}

async function start() {
  const token = location.hash.slice(1);
  session = new Visit({ shell, token, words, show });
  await session.speak(dataset.locale);
  addEventListener("hashchange", () => location.reload());
  if (!shell.id) return show("stopped", { code: "not_found" });
  if (!token) return show("stopped", { code: "no_link" });
  return open();
}

start();
