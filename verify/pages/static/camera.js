/** The camera: opened, looked through, one still taken, and given back. Pictures stay in memory. */

/** longest side of a still in pixels; more helps no comparison */
const LONGEST = 1280;
const QUALITY = 0.92;

/** mean luma of 0-255 below and above which a face is hard to see */
const DARK = 55;
const BRIGHT = 215;

/** how often the light is looked at, in milliseconds */
const EVERY = 700;

/** Inside WeChat, which lets a page reach the camera in some versions only. */
export function inWeChat(agent = navigator.userAgent) {
  return /MicroMessenger/i.test(agent);
}

/** Why there is no camera: "denied", "missing", "busy" or "unsupported". */
export class NoCamera extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** Ask for the camera that faces the user, or the one that faces away. Raises NoCamera. */
export async function openCamera(facing = "user") {
  if (!navigator.mediaDevices?.getUserMedia) throw new NoCamera("unsupported");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 960 } },
    });
  } catch (error) {
    throw new NoCamera(REASONS[error.name] ?? "busy");
  }
}

export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** What the video shows now, cut to `ratio` (width by height) around its middle, as a JPEG. */
export function still(video, ratio) {
  const [width, height] = cut(video.videoWidth, video.videoHeight, ratio);
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const left = (video.videoWidth - width) / 2;
  const top = (video.videoHeight - height) / 2;
  canvas.getContext("2d").drawImage(video, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

function cut(width, height, ratio) {
  return width / height > ratio ? [height * ratio, height] : [width, width / ratio];
}

/** Tells "dark", "bright" or "good" whenever that changes; answers a function that ends it. */
export function watchLight(video, tell) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 24;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let last = null;
  const look = () => {
    if (!video.videoWidth) return;
    context.drawImage(video, 0, 0, 24, 24);
    const { data } = context.getImageData(0, 0, 24, 24);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
    const mean = sum / (data.length / 4);
    const light = mean < DARK ? "dark" : mean > BRIGHT ? "bright" : "good";
    if (light !== last) tell(light);
    last = light;
  };
  const timer = setInterval(look, EVERY);
  return () => clearInterval(timer);
}

/** A picture file made smaller where it is larger than any comparison needs; as it is where it cannot be decoded. */
export async function shrunk(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, 2048 / Math.max(bitmap.width, bitmap.height));
    if (scale === 1 && file.size < 4_000_000 && /jpeg|png/.test(file.type)) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  } catch {
    return file;
  }
}
