/** Times as people in mainland China read them, whatever clock the device has. */

const ZONE = "Asia/Shanghai";

export function dateTime(moment, locale) {
  return format(moment, locale, { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
}

export function fullDateTime(moment, locale) {
  return format(moment, locale, { dateStyle: "long", timeStyle: "short" });
}

export function day(moment, locale) {
  return format(moment, locale, { month: "long", day: "numeric", weekday: "long" });
}

function format(moment, locale, parts) {
  return new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...parts }).format(new Date(moment));
}

/** Whole seconds until `moment` by the service's clock, never below zero. */
export function secondsUntil(moment, offset = 0) {
  return Math.max(0, Math.ceil((Date.parse(moment) - Date.now() - offset) / 1000));
}

/** `1:05`. */
export function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
