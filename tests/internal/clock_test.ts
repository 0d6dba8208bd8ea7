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
