/** The page cannot go on: no link, an old link, no connection, a service that rests. Each with what to do. */

import { button, h, icon } from "../dom.js";

const SIGNS = { network: "globe", not_ready: "clock", rate_limited: "clock", invalid_credentials: "clock" };

export default async function stopped(session, { code, retry }) {
  const { texts } = session;
  const words = texts.stopped[code] ?? (code === "network" ? texts.stopped.network : texts.stopped.other);
  const leaves = session.canLeave;
  const returns = !leaves && history.length > 1;
  const main = words.again || !(leaves || returns);
  const again = button(main ? "main" : "plain", texts.tryAgain, () => (retry ? retry() : location.reload()));
  const leave = leaves && button(words.again ? "plain" : "main", texts.leave(session.application), () => session.leave());
  // without a token nothing tells where to return to, but the browser knows where its user came from
  const back = returns && button(main ? "plain" : "main", texts.goBack, () => history.back());
  return {
    title: words.title,
    lede: words.lede(session.application),
    kind: "calm",
    quiet: true,
    apart: true,
    art: h("div", { class: "sign", "aria-hidden": "true" }, icon(SIGNS[code] ?? "info")),
    content: [
      h("ul", { class: "points" }, words.points.map((line) => h("li", {}, line))),
      h("div", { class: "actions" }, main ? [again, leave, back] : [leave, back, again]),
    ],
  };
}
