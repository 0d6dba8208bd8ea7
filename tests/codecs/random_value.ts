/** Makes values and bytes up, the same ones for the same seed. */

/** A source of numbers from 0 up to, but not including, `limit`. */
export type Draw = (limit: number) => number;

/** Makes a source of numbers that only `seed` decides (mulberry32). */
export function createDraw(seed: number): Draw {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * limit);
  };
}

type Maker = (draw: Draw, depth: number) => unknown;

const ALPHABETS = [
  "abcdefghij_",
  "жукпривет",
  "漢字かな\ufeff\ufffd",
  "😀🎉e\u0301\u0000",
  '"\\\n\t/',
];

function randomText(draw: Draw): string {
  const letters = [...(ALPHABETS[draw(ALPHABETS.length)] ?? "")];
  const length = draw(8) === 0 ? draw(300) : draw(40);
  return Array.from({ length }, () => letters[draw(letters.length)]).join("");
}

function randomInteger(draw: Draw): number {
  const magnitude = 2 ** draw(54) - 1 - draw(3);
  return draw(2) === 0 ? magnitude : -magnitude - 1 + (magnitude > 2 ** 53 - 5 ? 2 : 0);
}

function randomFraction(draw: Draw): number {
  return (draw(2 ** 32) - 2 ** 31) / 2 ** draw(60);
}

function randomBytes(draw: Draw): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: draw(4) === 0 ? draw(400) : draw(20) }, () => draw(256));
}

function randomArray(draw: Draw, make: () => unknown): unknown[] {
  return Array.from({ length: draw(20) === 0 ? draw(40) : draw(5) }, make);
}

const DATA: readonly Maker[] = [
  () => null,
  (draw) => draw(2) === 0,
  randomText,
  randomText,
  randomInteger,
  randomInteger,
  randomFraction,
  () => -0,
  (draw) => (draw(2 ** 31) - 2 ** 30) * 2 ** (60 + draw(900)),
];

const RICH: readonly Maker[] = [
  ...DATA,
  () => undefined,
  () => NaN,
  () => -Infinity,
  randomBytes,
  (draw) => BigInt(randomInteger(draw)) ** BigInt(draw(9)),
  (draw) => new Date(randomInteger(draw) % 8.64e15),
  (draw) => Int16Array.from(randomBytes(draw)),
  (draw) => Float64Array.from(randomBytes(draw), (byte) => byte / 7),
  (draw) => randomBytes(draw).buffer,
];

/** A random value that survives in JSON, or with `rich` in MessagePack, exactly. */
export function randomValue(draw: Draw, rich: boolean, depth = 5): unknown {
  const inner = (): unknown => randomValue(draw, rich, depth - 1);
  const kind = depth === 0 ? 9 : draw(10);
  if (kind < 2) return randomArray(draw, inner);
  if (kind < 4) {
    // `undefined` as a property would not survive.
    const entries = randomArray(draw, () => [randomText(draw), inner() ?? null]);
    return Object.fromEntries(entries as [string, unknown][]);
  }
  if (rich && kind === 4) return new Set(randomArray(draw, inner));
  if (rich && kind === 5) {
    return new Map(randomArray(draw, () => [randomText(draw), inner()]) as [string, unknown][]);
  }
  const makers = rich ? RICH : DATA;
  return makers[draw(makers.length)]?.(draw, depth);
}

/** The same bytes with one to four things wrong in them: other bits, bytes lost, repeated or new. */
export function mutate(bytes: Uint8Array, draw: Draw): Uint8Array<ArrayBuffer> {
  let list = [...bytes];
  for (let times = 1 + draw(4); times > 0; times--) {
    const at = draw(list.length + 1);
    const length = draw(6);
    switch (draw(6)) {
      case 0:
        list[at] = (list[at] ?? 0) ^ 1 << draw(8);
        break;
      case 1:
        list[at] = draw(256);
        break;
      case 2:
        list.splice(at, length);
        break;
      case 3:
        list.splice(at, 0, ...list.slice(at, at + length));
        break;
      case 4:
        list.splice(at, 0, ...Array.from({ length }, () => draw(2) === 0 ? 0xff : draw(256)));
        break;
      default:
        list = list.slice(0, at);
    }
  }
  return Uint8Array.from(list);
}
