/** The hosted page: finds out where its verification stands and shows that screen, again and again. */

import { measured } from "./embedded.js";
import { place } from "./frame.js";
import { keyOf, load, screenOf } from "./screens.js";
import { Session } from "./session.js";

const { dataset } = document.body;
const shell = {
  id: dataset.id,
  application: dataset.application,
  base: dataset.base,
  livemode: dataset.livemode === "true",
};

let session;
let current = { leave: null, key: null };
let latest = 0;

/** what the latest call to `show` is about */
let wanted = null;

/** Show a screen by name, or the one the verification stands at. A later call overtakes an earlier one. */
async function show(name = null, args = {}) {
  const turn = (latest += 1);
  const { verification } = session;
  const key = verification ? keyOf(verification) : null;
  wanted = key;
  name ??= screenOf(verification);
  let screen;
  try {
    screen = await (await load(name))(session, { name, ...args });
  } catch (error) {
    if (name === "stopped") throw error;
    const unloaded = error instanceof TypeError;
    // a module that failed to load stays failed in some browsers until the page is loaded anew
    const retry = () => (unloaded && navigator.onLine ? location.reload() : show());
    return show("stopped", { code: unloaded ? "network" : (error.code ?? "unknown"), retry });
  }
  if (turn !== latest) return screen.leave?.();
  current.leave?.();
  const moved = current.key !== null && current.key !== key;
  if (moved) for (const open of document.querySelectorAll("dialog[open]")) open.close();
  current = { leave: screen.leave, key };
  session.again = () => show(name, { ...args, told: null });
  place(session, { ...screen, name, told: args.told });
  if (moved) session.tell("changed");
}

/** A screen that submits shows what follows by itself, and has its turn first. */
function changed() {
  setTimeout(() => keyOf(session.verification) !== wanted && show());
}

async function open() {
  try {
    await session.client.read();
  } catch (error) {
    return show("stopped", { code: error.code, retry: open });
  }
  const wanted = new URLSearchParams(location.search).get("screen");
  if (wanted && !session.verification.livemode) {
    const gallery = await import("./gallery.js");
    return gallery.open(session, wanted);
  }
  await show();
  session.tell("ready");
  session.client.watch(changed, { onError: (error) => error.status === 401 && show("stopped", { code: error.code }) });
}

const words = async (locale) => (await import(`./texts.${locale}.js`)).default;

async function start() {
  const token = location.hash.slice(1);
  session = new Session({ shell, token, words, show });
  await session.speak(dataset.locale);
  addEventListener("hashchange", () => location.reload());
  if (session.embedded) measured(document.getElementById("page"), (height) => session.tell("resize", { height }));
  if (!shell.id) return show("stopped", { code: "not_found" });
  if (!token) return show("stopped", { code: "no_link" });
  return open();
}

start();
