import { systemClock } from "../../src/internal/clock.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("systemClock.now() never goes back", () => {
  let last = systemClock.now();
  for (let round = 0; round < 1000; round++) {
    const now = systemClock.now();
    assert(now >= last);
    last = now;
  }
});

test("systemClock.setTimer() calls back once, not before its time", async () => {
  const start = systemClock.now();
  let calls = 0;
  await new Promise<void>((resolve) => {
    systemClock.setTimer(() => {
      calls++;
      systemClock.setTimer(resolve, 5);
    }, 5);
  });
  assertEquals(calls, 1);
  // Timers of a platform may be up to a millisecond early.
  assert(systemClock.now() - start >= 8);
});

test("systemClock.setTimer() bears delays that the platform would take for none", async () => {
  let fired = 0;
  const timers = [2 ** 31, 2 ** 40, Infinity].map((delay) =>
    systemClock.setTimer(() => fired++, delay)
  );
  await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 10));
  assertEquals(fired, 0);
  for (const timer of timers) systemClock.clearTimer(timer);
});

test("systemClock.clearTimer() forgets a timer, and ignores one that has fired", async () => {
  let fired = 0;
  const gone = systemClock.setTimer(() => fired++, 1);
  systemClock.clearTimer(gone);
  let done: unknown;
  await new Promise<void>((resolve) => {
    done = systemClock.setTimer(resolve, 10);
  });
  systemClock.clearTimer(done);
  assertEquals(fired, 0);
});

test("systemClock.setTimer() waits for a long delay in parts, and no shorter", () => {
  const original = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const parts: { callback: () => void; ms: number }[] = [];
  const cleared: unknown[] = [];
  let fired = 0;
  // The platform's timers, which last 24.8 days at most, so that the test need not.
  const fake = (callback: () => void, ms: number): number => parts.push({ callback, ms });
  Object.assign(globalThis, {
    setTimeout: fake,
    clearTimeout: (timer: unknown) => cleared.push(timer),
  });
  try {
    systemClock.setTimer(() => fired++, 2 * 0x7fffffff + 5);
    for (const wanted of [0x7fffffff, 0x7fffffff, 5]) {
      const part = parts.at(-1);
      assertEquals([part?.ms, fired], [wanted, 0]);
      part?.callback();
    }
    assertEquals([parts.length, fired], [3, 1]);
    const timer = systemClock.setTimer(() => fired++, 2 ** 40);
    parts.at(-1)?.callback();
    systemClock.clearTimer(timer);
    assertEquals([parts.length, cleared, fired], [5, [5], 1]);
  } finally {
    Object.assign(globalThis, original);
  }
});
