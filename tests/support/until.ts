import { setImmediate } from "node:timers";

const MAX_WAIT_MS = 10_000;

/** Waits, turn by turn, for what the other end of a real socket brings about. */
export async function until(condition: () => boolean): Promise<void> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > MAX_WAIT_MS) {
      throw new Error(`Condition was not met within ${MAX_WAIT_MS} ms: ${condition}`);
    }
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
