/** Device data from a vendor's script, which runs in a frame that can reach nothing of this page. */

import { h } from "./dom.js";

/** milliseconds that the vendor's script may take to be loaded and to answer */
const PATIENCE = 8000;

/** The script was blocked, broke or took too long. */
export class NoDevice extends Error {}

/** True where the vendor asks for device data that was not sent. */
export function asksForDevice(error) {
  return error.code === "invalid_input" && Boolean(error.problem.errors?.some((one) => one.field === "meta_info"));
}

/** Its text, opaque to us. Throws NoDevice. */
export function deviceData({ base, id }, patience = PATIENCE) {
  const frame = h("iframe", { sandbox: "allow-scripts", src: `${base}/h/${id}/device`, hidden: true, title: "", "aria-hidden": "true" });
  return new Promise((resolve, reject) => {
    const end = (metaInfo) => {
      removeEventListener("message", hear);
      clearTimeout(timer);
      frame.remove();
      if (metaInfo) resolve(metaInfo);
      else reject(new NoDevice());
    };
    const hear = ({ source, origin, data }) => {
      // a frame without an origin calls itself "null"
      if (source !== frame.contentWindow || origin !== "null" || data?.source !== "realname.device") return;
      end(typeof data.metaInfo === "string" ? data.metaInfo : null);
    };
    const timer = setTimeout(end, patience, null);
    addEventListener("message", hear);
    document.body.append(frame);
  });
}
