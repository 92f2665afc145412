/** The page in its other language at the same screen, with what was typed: nothing is read again or told anew. */

import { h, icon } from "./dom.js";

/** A link, so that it can be opened beside this page too. The token stays in the fragment. */
export function languageLink(session) {
  const { lang, name } = session.texts.other;
  const url = new URL(location.href);
  url.searchParams.set("lang", lang);
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    change(session, lang, url);
  };
  return h("a", { class: "language", href: url.href, lang, hreflang: lang, onclick: press }, icon("globe"), name);
}

async function change(session, locale, url) {
  try {
    await session.speak(locale);
  } catch {
    return location.assign(url);
  }
  document.documentElement.lang = locale;
  history.replaceState(null, "", url);
  const typed = lines().map(({ name, value }) => [name, value]);
  const chosen = radios().filter((one) => one.checked).map((one) => one.value);
  await session.again();
  for (const line of lines()) {
    const [, value] = typed.find(([name]) => name === line.name) ?? [];
    if (!value || line.value === value) continue;
    line.value = value;
    line.dispatchEvent(new Event("input"));
  }
  for (const one of radios()) if (chosen.includes(one.value) && !one.checked) one.click();
  document.querySelector(".language").focus({ preventScroll: true });
}

/** Lines and lists that have a name. Consent is given to the words one reads, so ticks are not carried over. */
function lines() {
  return [...document.querySelectorAll("main :is(input:not([type=checkbox], [type=radio], [type=file]), select)[name]")];
}

function radios() {
  return [...document.querySelectorAll("main input[type=radio]")];
}
