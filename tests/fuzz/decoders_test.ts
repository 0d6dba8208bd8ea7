/** Wrong bytes for every decoder: it answers with the errors that it promises, and soon. */
import process from "node:process";
import { assert, assertEquals } from "../support/assert.ts";
import { toHex } from "../support/native_frames.ts";
import { Random } from "../support/random.ts";
import { test } from "../support/test.ts";
import { type FuzzTarget, TARGETS } from "./decoders.ts";
import { LIES, mutate, overwrite } from "./mutate.ts";
import { cutIntoShards, describeSeed, FUZZ_INPUTS, FUZZ_SEED } from "./settings.ts";

/** Inputs in one test. */
const MOST_INPUTS = 250_000;
/** Right inputs that others are made of. */
const POOL = 200;
/** An input of up to 64 KiB takes no longer, on the slowest of machines. */
const MAX_INPUT_MS = 2000;

/** Decodes, and says which input it was when the decoder breaks its word. */
function decode(target: FuzzTarget, bytes: Uint8Array): boolean {
  const start = performance.now();
  try {
    const accepted = target.decode(bytes);
    const took = performance.now() - start;
    assert(took < MAX_INPUT_MS, `it took ${took} ms`);
    return accepted;
  } catch (cause) {
    const hex = toHex(bytes.subarray(0, 400));
    const what = `${target.name} breaks its word with ${bytes.length} bytes ${hex}`;
    throw new Error(`${what} (${describeSeed(FUZZ_SEED)})`, { cause });
  }
}

/** A generator of its own for each decoder and part, so that one more changes no other. */
function randomFor(target: FuzzTarget, part: number): Random {
  let seed = FUZZ_SEED + part;
  for (const unit of target.name) seed = Math.imul(seed ^ unit.charCodeAt(0), 0x01000193);
  return new Random(seed >>> 0);
}

/** Feeds a decoder mutants; answers how many it refused. */
function feed(target: FuzzTarget, inputs: number, random: Random): number {
  const pool = Array.from({ length: POOL }, () => target.create(random));
  const accepted = pool.filter((bytes) => decode(target, bytes)).length;
  assert(accepted >= POOL / 3, `only ${accepted} of ${POOL} right inputs were accepted`);
  let refused = 0;
  for (let count = 0; count < inputs; count++) {
    // New ones come in, those that were accepted among them: faults add up.
    if (count % 10 === 0) pool[random.below(POOL)] = target.create(random);
    const bytes = pool[random.below(POOL)] ?? new Uint8Array(0);
    const other = pool[random.below(POOL)] ?? bytes;
    const mutated = mutate(bytes, random, other);
    if (!decode(target, mutated)) refused++;
    else if (mutated.length < 2000 && count % 7 === 0) pool[random.below(POOL)] = mutated;
  }
  return refused;
}

for (const target of TARGETS) {
  for (const { first, count, label } of cutIntoShards(FUZZ_INPUTS, MOST_INPUTS)) {
    test(`${target.name}: ${count} mutated inputs meet documented errors only${label}`, () => {
      const refused = feed(target, count, randomFor(target, first));
      if (target.name === "raw bytes") return assertEquals(refused, 0);
      assert(refused > count / 100, `only ${refused} were refused: the mutants are too tame`);
    });
  }
}

/** Memory in use, as far as the runtime tells. */
function usedBytes(): number {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

test("all decoders take a lying length in any place without memory for it", () => {
  const random = new Random(FUZZ_SEED);
  const before = usedBytes();
  let inputs = 0;
  for (const target of TARGETS) {
    for (let count = 0; count < 4; count++) {
      const bytes = target.create(random).subarray(0, 300);
      for (let at = 0; at <= bytes.length; at++) {
        for (const lie of LIES) {
          decode(target, overwrite(bytes, at, lie));
          inputs++;
        }
      }
    }
  }
  assert(inputs > 10_000, `only ${inputs} inputs`);
  // Garbage counts as well; one length that is believed would take gigabytes.
  const grown = usedBytes() - before;
  assert(grown < 512 * 2 ** 20, `${grown} bytes were taken`);
});

const SIZE = 32 * 1024;
const TIMES = 8;
/** Linear is 8; quadratic would be 64. */
const MAX_GROWTH = 28;

/** The least time of several runs. */
function timeOf(target: FuzzTarget, bytes: Uint8Array): number {
  let least = Infinity;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    decode(target, bytes);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

for (const target of TARGETS) {
  for (const [index, create] of (target.createWorst ?? []).entries()) {
    test(`${target.name}: the time for its worst input ${index + 1} grows no faster than the input`, () => {
      const small = create(SIZE);
      const large = create(SIZE * TIMES);
      // Once more before, so that no compiler is measured.
      timeOf(target, small);
      const least = Math.max(timeOf(target, small), 0.05);
      const most = timeOf(target, large);
      assert(
        most / least < MAX_GROWTH,
        `${least.toFixed(3)} ms for ${small.length} bytes, ${most.toFixed(3)} for ${large.length}`,
      );
    });
  }
}
