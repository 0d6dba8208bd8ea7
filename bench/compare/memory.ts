/** How much memory the own process has, once what is garbage has gone. */
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";

/** Allocators give back what is free a little later. */
const PAUSE_MS = 30;
/** A size that falls no further so often is the size. */
const STILL_ROUNDS = 4;
const MAX_ROUNDS = 40;

/** The collector, as Deno (with a flag) and Bun give it. */
function collect(): void {
  const { gc, Bun } = globalThis as unknown as {
    gc?: () => void;
    Bun?: { gc(force: boolean): void };
  };
  if (Bun !== undefined) Bun.gc(true);
  else gc?.();
}

/** Collects garbage until no more of it goes; answers the resident bytes. */
export async function measureResidentBytes(): Promise<number> {
  let least = Infinity;
  let still = 0;
  for (let round = 0; round < MAX_ROUNDS && still < STILL_ROUNDS; round++) {
    collect();
    await delay(PAUSE_MS);
    const { rss } = process.memoryUsage();
    still = rss < least ? 0 : still + 1;
    least = Math.min(least, rss);
  }
  return least;
}
