/** What decides a run: the same numbers make the same inputs, in the same order. */
import process from "node:process";

function numberFrom(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === "") return fallback;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new RangeError(`Cannot run: ${name} is "${text}", expected a whole number from 0`);
}

/** What chance is made of, `FUZZ_SEED`; always the same one unless given. */
export const FUZZ_SEED: number = numberFrom("FUZZ_SEED", 20_240_229);

/** Inputs for each decoder, `FUZZ_INPUTS`. */
export const FUZZ_INPUTS: number = numberFrom("FUZZ_INPUTS", 20_000);

/** Hostile connections to each side, `HOSTILE_CONNECTIONS`. */
export const HOSTILE_CONNECTIONS: number = numberFrom("HOSTILE_CONNECTIONS", 300);

/** A part of a run, small enough for the patience of a test runner. */
export interface Shard {
  readonly first: number;
  readonly count: number;
  /** What the name of its test ends with: nothing where there is one part. */
  readonly label: string;
}

/** Cuts a run into parts of at most so many. */
export function cutIntoShards(total: number, most: number): Shard[] {
  const parts = Math.max(1, Math.ceil(total / most));
  return Array.from({ length: parts }, (_, index) => {
    const first = index * most;
    const label = parts === 1 ? "" : ` (part ${index + 1} of ${parts})`;
    return { first, count: Math.min(most, total - first), label };
  });
}

/** What to set to see a failure again. */
export function describeSeed(seed: number): string {
  return `FUZZ_SEED=${seed} FUZZ_INPUTS=${FUZZ_INPUTS} HOSTILE_CONNECTIONS=${HOSTILE_CONNECTIONS}`;
}
