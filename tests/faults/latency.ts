/** How long small calls take, one after the other. */
import { quantile } from "./figures.ts";

/** Latencies of many calls, in milliseconds. */
export interface Latency {
  readonly calls: number;
  readonly median: number;
  readonly p90: number;
}

/** Makes calls, one after the other, until it is enough. */
export async function measureLatency(
  call: () => Promise<unknown>,
  isEnough: (calls: number) => boolean,
): Promise<Latency> {
  const times: number[] = [];
  while (!isEnough(times.length)) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return { calls: times.length, median: quantile(times, 0.5), p90: quantile(times, 0.9) };
}
