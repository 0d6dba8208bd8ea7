/** Waiting for what a program on the other side of a socket does. */
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;
/** A number that stays the same so often has come to rest. */
const STILL_POLLS = 15;
const MAX_WAIT_MS = 30_000;

/** Waits until a number has stopped changing, and answers it. */
export async function settled(read: () => number | Promise<number>): Promise<number> {
  let last = await read();
  for (let still = 0; still < STILL_POLLS;) {
    await delay(POLL_MS);
    const next = await read();
    still = next === last ? still + 1 : 0;
    last = next;
  }
  return last;
}

/** Waits until what is read is as wanted, and answers it. */
export async function eventually<T>(
  read: () => T | Promise<T>,
  isWanted: (value: T) => boolean,
): Promise<T> {
  const start = performance.now();
  for (;;) {
    const value = await read();
    if (isWanted(value)) return value;
    if (performance.now() - start > MAX_WAIT_MS) {
      throw new Error(`It did not come to it: ${JSON.stringify(value)}`);
    }
    await delay(POLL_MS);
  }
}
