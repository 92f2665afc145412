/** Inside another page: how tall this one is, and which part of it somebody can see. */

export const embedded = parent !== window;

/** Calls `tell` with the height of `element`, now and whenever it changes, so that the page around can make room. */
export function measured(element, tell) {
  document.documentElement.classList.add("embedded");
  new ResizeObserver(() => tell(element.offsetHeight)).observe(element);
}

/** The part of this page that is on the screen. A frame as tall as its page never scrolls, and knows no such part itself. */
function seen() {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver(([{ intersectionRect }]) => {
      observer.disconnect();
      resolve(intersectionRect);
    });
    observer.observe(document.documentElement);
  });
}

/** least height in which a dialog can be read; where less is seen, the dialog may stand out of it */
const READABLE = 280;
const [MARGIN, HIGHEST] = [12, 780];

/** Open `dialog` where it can be seen rather than in the middle of the frame, and keep it there when the window changes. */
export async function openInSight(dialog) {
  const put = async () => {
    const { top, height } = await seen();
    const room = Math.min(Math.max(height, READABLE), innerHeight);
    const above = Math.max(0, Math.min(top, innerHeight - room));
    const place = { top: above, bottom: innerHeight - above - room, maxHeight: Math.min(room - 2 * MARGIN, HIGHEST) };
    for (const [name, pixels] of Object.entries(place)) dialog.style[name] = `${pixels}px`;
  };
  await put();
  if (!dialog.isConnected) return;
  dialog.showModal();
  addEventListener("resize", put);
  dialog.addEventListener("close", () => removeEventListener("resize", put));
}
