/** Makes wrong inputs of right ones. */
import type { Random } from "../support/random.ts";

/** No input grows beyond this. */
const MAX_BYTES = 64 * 1024;

/** What stands where a length or a count may stand: the largest, and those where signs flip. */
export const LIES: readonly (readonly number[])[] = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0x80, 0x00],
  [0xff, 0x7f],
  [0xff, 0xff],
  [0x7f, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0x00, 0x00, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x00, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
];

/** The first bytes of one, then the last of the other. */
function join(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(Math.min(head.length + tail.length, MAX_BYTES));
  const kept = head.subarray(0, joined.length);
  joined.set(kept);
  joined.set(tail.subarray(0, joined.length - kept.length), kept.length);
  return joined;
}

/** The bytes with those from `at` on replaced, as many as `by` has. */
export function overwrite(
  bytes: Uint8Array,
  at: number,
  by: readonly number[],
): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(Math.max(bytes.length, at + by.length));
  changed.set(bytes);
  changed.set(by, at);
  return changed;
}

type Change = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const CHANGES: readonly [Change, ...Change[]] = [
  // Other bits.
  (bytes, random) => {
    const changed = bytes.slice();
    for (let times = 1 + random.below(4); times > 0 && changed.length > 0; times--) {
      const at = random.below(changed.length);
      changed[at] = (changed[at] ?? 0) ^ 1 << random.below(8);
    }
    return changed;
  },
  // Another byte.
  (bytes, random) => overwrite(bytes, random.below(bytes.length + 1), [random.below(256)]),
  // A length that lies, in the place of something and between two things.
  (bytes, random) => overwrite(bytes, random.below(bytes.length + 1), random.pick(TOLD_LIES)),
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const lie = Uint8Array.from(random.pick(TOLD_LIES));
    return join(join(bytes.subarray(0, at), lie), bytes.subarray(at));
  },
  // Cut off at the end, and at the beginning.
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.slice(random.below(Math.min(bytes.length, 16) + 1)),
  // A part lost.
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return join(bytes.subarray(0, at), bytes.subarray(at + random.below(8)));
  },
  // A part that comes again, often sometimes.
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const part = bytes.subarray(at, at + 1 + random.below(random.pick([4, 16, 200])));
    let repeated: Uint8Array = bytes.slice(0, at);
    for (let times = 1 + random.below(random.pick([2, 2, 40])); times > 0; times--) {
      repeated = join(repeated, part);
    }
    return join(repeated, bytes.subarray(at));
  },
  // Bytes from nowhere.
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const noise = Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256));
    return join(join(bytes.subarray(0, at), noise), bytes.subarray(at));
  },
  // The beginning of one and the end of another.
  (bytes, random, other) =>
    join(
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ),
];

// The list above has at least one.
const TOLD_LIES = LIES as readonly [readonly number[], ...(readonly number[])[]];

/** The same bytes with one to four things wrong with them. */
export function mutate(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let changed = bytes;
  for (let times = 1 + random.below(4); times > 0; times--) {
    changed = random.pick(CHANGES)(changed, random, other);
  }
  return changed;
}
