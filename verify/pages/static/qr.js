/** QR codes (ISO/IEC 18004): byte mode, versions 1 to 20, error correction M, the mask of least penalty. */

/** by version: codewords of error correction a block, and data codewords of each block (table 9, level M) */
const BLOCKS = [
  [10, [[1, 16]]], [16, [[1, 28]]], [26, [[1, 44]]], [18, [[2, 32]]], [24, [[2, 43]]],
  [16, [[4, 27]]], [18, [[4, 31]]], [22, [[2, 38], [2, 39]]], [22, [[3, 36], [2, 37]]], [26, [[4, 43], [1, 44]]],
  [30, [[1, 50], [4, 51]]], [22, [[6, 36], [2, 37]]], [22, [[8, 37], [1, 38]]], [24, [[4, 40], [5, 41]]], [24, [[5, 41], [5, 42]]],
  [28, [[7, 45], [3, 46]]], [28, [[10, 46], [1, 47]]], [26, [[9, 43], [4, 44]]], [26, [[3, 44], [11, 45]]], [26, [[3, 41], [13, 42]]],
];

/** positions of alignment patterns (annex E), versions 1 to 20 */
const ALIGNMENT = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
  [6, 30, 54], [6, 32, 58], [6, 34, 62], [6, 26, 46, 66], [6, 26, 48, 70], [6, 26, 50, 74], [6, 30, 54, 78],
  [6, 30, 56, 82], [6, 30, 58, 86], [6, 34, 62, 90],
];

const MASKS = [
  (r, c) => (r + c) % 2 === 0,
  (r) => r % 2 === 0,
  (r, c) => c % 3 === 0,
  (r, c) => (r + c) % 3 === 0,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2 === 0,
  (r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0,
  (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
];

const EXP = new Uint8Array(510);
const LOG = new Uint8Array(256);
for (let i = 0, value = 1; i < 255; i += 1) {
  EXP[i] = EXP[i + 255] = value;
  LOG[value] = i;
  value = value & 0x80 ? (value << 1) ^ 0x11d : value << 1;
}

/** The modules of `text` as rows of booleans, dark ones true. `mask` overrules the choice. */
export function matrix(text, mask = null) {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, index) => bytes.length <= capacity(index + 1)) + 1;
  if (!version) throw new RangeError("too long for a code people scan");
  const codewords = interleaved(version, encoded(bytes, version));
  const blank = frame(version);
  const chosen = mask ?? best(MASKS.map((_, number) => penalty(finished(blank, version, codewords, number))));
  return finished(blank, version, codewords, chosen);
}

function best(penalties) {
  return penalties.indexOf(Math.min(...penalties));
}

function dataSize(version) {
  return BLOCKS[version - 1][1].reduce((sum, [count, size]) => sum + count * size, 0);
}

function capacity(version) {
  return dataSize(version) - (version < 10 ? 2 : 3);
}

function encoded(bytes, version) {
  const size = dataSize(version);
  const bits = [];
  const put = (value, length) => {
    for (let i = length - 1; i >= 0; i -= 1) bits.push((value >> i) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, size * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const words = [];
  for (let i = 0; i < bits.length; i += 8) words.push(parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 0xec; words.length < size; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

function interleaved(version, words) {
  const [length, groups] = BLOCKS[version - 1];
  const data = [];
  let at = 0;
  for (const [count, size] of groups) for (let i = 0; i < count; i += 1) data.push(words.slice(at, (at += size)));
  const correction = data.map((block) => remainder(block, length));
  const across = (blocks) => {
    const out = [];
    for (let i = 0; i < Math.max(...blocks.map((b) => b.length)); i += 1) for (const b of blocks) if (i < b.length) out.push(b[i]);
    return out;
  };
  return [...across(data), ...across(correction)];
}

/** Reed-Solomon over GF(256). */
function remainder(block, length) {
  let generator = [1];
  for (let i = 0; i < length; i += 1) {
    const next = new Array(generator.length + 1).fill(0);
    generator.forEach((factor, j) => {
      next[j] ^= factor;
      next[j + 1] ^= times(factor, EXP[i]);
    });
    generator = next;
  }
  const rest = [...block, ...new Array(length).fill(0)];
  for (let i = 0; i < block.length; i += 1) {
    const factor = rest[i];
    if (factor) generator.forEach((value, j) => (rest[i + j] ^= times(value, factor)));
  }
  return rest.slice(block.length);
}

function times(a, b) {
  return a && b ? EXP[LOG[a] + LOG[b]] : 0;
}

/** What every code of a version has: true, false, or null where data goes. */
function frame(version) {
  const size = 17 + 4 * version;
  const modules = Array.from({ length: size }, () => new Array(size).fill(null));
  const square = (row, column, radius, dark) => {
    for (let r = -radius; r <= radius; r += 1)
      for (let c = -radius; c <= radius; c += 1)
        if (modules[row + r]?.[column + c] !== undefined) modules[row + r][column + c] = dark(Math.max(Math.abs(r), Math.abs(c)));
  };
  for (let i = 8; i < size - 8; i += 1) modules[6][i] = modules[i][6] = i % 2 === 0;
  for (const [r, c] of [[3, 3], [3, size - 4], [size - 4, 3]]) square(r, c, 4, (d) => d !== 2 && d !== 4);
  const places = ALIGNMENT[version - 1];
  const last = places.length - 1;
  places.forEach((r, i) =>
    places.forEach((c, j) => {
      if (!((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0))) square(r, c, 2, (d) => d !== 1);
    }),
  );
  writeFormat(modules, 0);
  writeVersion(modules, version);
  return modules;
}

function writeFormat(modules, mask) {
  const size = modules.length;
  // level M is 00
  const bits = ((mask << 10) | bch(mask << 10, 0x537, 10)) ^ 0x5412;
  const bit = (i) => ((bits >> i) & 1) === 1;
  for (let i = 0; i < 6; i += 1) modules[i][8] = bit(i);
  [modules[7][8], modules[8][8], modules[8][7]] = [bit(6), bit(7), bit(8)];
  for (let i = 9; i < 15; i += 1) modules[8][14 - i] = bit(i);
  for (let i = 0; i < 8; i += 1) modules[8][size - 1 - i] = bit(i);
  for (let i = 8; i < 15; i += 1) modules[size - 15 + i][8] = bit(i);
  modules[size - 8][8] = true;
}

function writeVersion(modules, version) {
  if (version < 7) return;
  const bits = (version << 12) | bch(version << 12, 0x1f25, 12);
  for (let i = 0; i < 18; i += 1) {
    const [a, b] = [modules.length - 11 + (i % 3), Math.floor(i / 3)];
    modules[a][b] = modules[b][a] = ((bits >> i) & 1) === 1;
  }
}

function bch(value, generator, degree) {
  for (let i = 31 - Math.clz32(value); i >= degree; i = 31 - Math.clz32(value)) value ^= generator << (i - degree);
  return value;
}

function finished(blank, version, codewords, mask) {
  const modules = blank.map((row) => [...row]);
  const size = modules.length;
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const up = ((right + 1) & 2) === 0;
      const row = up ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (blank[row][column] !== null) continue;
        const dark = ((codewords[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
        modules[row][column] = Boolean(dark) !== MASKS[mask](row, column);
        at += 1;
      }
    }
  }
  writeFormat(modules, mask);
  return modules;
}

/** The four rules of section 7.8.3. */
function penalty(modules) {
  const size = modules.length;
  const lines = [...modules, ...modules[0].map((_, c) => modules.map((row) => row[c]))];
  let sum = 0;
  for (const line of lines) {
    let run = 1;
    for (let i = 1; i <= size; i += 1) {
      if (i < size && line[i] === line[i - 1]) run += 1;
      else {
        if (run >= 5) sum += run - 2;
        run = 1;
      }
    }
    const text = line.map(Number).join("");
    for (const pattern of ["10111010000", "00001011101"])
      for (let i = text.indexOf(pattern); i >= 0; i = text.indexOf(pattern, i + 1)) sum += 40;
  }
  for (let r = 1; r < size; r += 1)
    for (let c = 1; c < size; c += 1)
      if (modules[r][c] === modules[r - 1][c] && modules[r][c] === modules[r][c - 1] && modules[r][c] === modules[r - 1][c - 1]) sum += 3;
  const dark = modules.flat().filter(Boolean).length / (size * size);
  return sum + Math.floor(Math.abs(dark * 20 - 10)) * 10;
}

/** An SVG of it with the quiet zone of four modules. */
export function qr(text) {
  const modules = matrix(text);
  const side = modules.length + 8;
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg.setAttribute("class", "qr-code");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "QR");
  const path = document.createElementNS(space, "path");
  const cells = modules.flatMap((row, r) => row.flatMap((dark, c) => (dark ? [`M${c + 4} ${r + 4}h1v1h-1z`] : [])));
  path.setAttribute("d", cells.join(""));
  svg.append(path);
  return svg;
}
