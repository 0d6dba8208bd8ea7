/** How much memory the own process has, once what is garbage has gone. */
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import type { MemoryReport } from "./contract.ts";

/** Allocators give back what is free a little later. */
const PAUSE_MS = 20;
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

/** Collects garbage until no more of it goes, and measures what stays. */
export async function measureMemory(): Promise<MemoryReport> {
  let least = Infinity;
  let still = 0;
  for (let round = 0; round < MAX_ROUNDS && still < STILL_ROUNDS; round++) {
    collect();
    await delay(PAUSE_MS);
    const { rss } = process.memoryUsage();
    still = rss < least ? 0 : still + 1;
    least = Math.min(least, rss);
  }
  const { heapUsed, external } = process.memoryUsage();
  return { residentBytes: least, heapBytes: heapUsed + external };
}
