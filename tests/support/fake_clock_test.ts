import { assertEquals, assertRejects, assertThrows } from "./assert.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { test } from "./test.ts";

test("FakeClock.now() stands still until advanced", async () => {
  const clock = new FakeClock(1000);
  await settle();
  assertEquals(clock.now(), 1000);
  await clock.advance(250);
  assertEquals(clock.now(), 1250);
});

test("FakeClock.advance() fires timers in the order they are due, at their own moment", async () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  for (const delay of [30, 10, 20]) {
    clock.setTimer(() => fired.push(`${delay} at ${clock.now()}`), delay);
  }
  await clock.advance(25);
  assertEquals(fired, ["10 at 10", "20 at 20"]);
  assertEquals(clock.pending, 1);
  await clock.advance(5);
  assertEquals(fired.at(-1), "30 at 30");
});

test("FakeClock.advance() fires timers due at the same moment in the order they were set", async () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  for (const index of [1, 2, 3]) clock.setTimer(() => fired.push(index), 5);
  await clock.advance(5);
  assertEquals(fired, [1, 2, 3]);
});

test("FakeClock.advance() fires at the exact moment and not one millisecond before", async () => {
  const clock = new FakeClock();
  let fired = 0;
  clock.setTimer(() => fired++, 100);
  await clock.advance(99);
  assertEquals(fired, 0);
  await clock.advance(1);
  assertEquals(fired, 1);
});

test("FakeClock.advance() fires timers that callbacks set, when they fall within the time", async () => {
  const clock = new FakeClock();
  const at: number[] = [];
  const tick = (): void => {
    at.push(clock.now());
    clock.setTimer(tick, 10);
  };
  clock.setTimer(tick, 10);
  await clock.advance(35);
  assertEquals(at, [10, 20, 30]);
  assertEquals(clock.nextDueMs, 40);
});

test("FakeClock.advance() lets promises run between timers", async () => {
  const clock = new FakeClock();
  const steps: string[] = [];
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => void clock.setTimer(resolve, ms));
  const run = async (): Promise<void> => {
    await sleep(10);
    for (let hop = 0; hop < 50; hop++) await Promise.resolve();
    steps.push(`slept to ${clock.now()}`);
    await sleep(10);
    steps.push(`slept to ${clock.now()}`);
  };
  const done = run();
  clock.setTimer(() => steps.push("other at 15"), 15);
  await clock.advance(20);
  await done;
  assertEquals(steps, ["slept to 10", "other at 15", "slept to 20"]);
});

test("FakeClock.advance() lets promises run before the first timer and after the last", async () => {
  const clock = new FakeClock();
  const steps: string[] = [];
  void Promise.resolve().then(() => steps.push("before"));
  clock.setTimer(() => void Promise.resolve().then(() => steps.push("after")), 1);
  await clock.advance(1);
  assertEquals(steps, ["before", "after"]);
});

test("FakeClock.advance() treats a delay below zero as zero", async () => {
  const clock = new FakeClock();
  let fired = 0;
  clock.setTimer(() => fired++, -5);
  await clock.advance(0);
  assertEquals(fired, 1);
  assertEquals(clock.now(), 0);
});

test("FakeClock.advance() rejects with what a callback throws and can go on", async () => {
  const clock = new FakeClock();
  let fired = 0;
  clock.setTimer(() => {
    throw new RangeError("Broken callback");
  }, 1);
  clock.setTimer(() => fired++, 2);
  await assertRejects(clock.advance(5), RangeError, "Broken callback");
  assertEquals([clock.now(), fired], [1, 0]);
  await clock.advance(1);
  assertEquals([clock.now(), fired], [2, 1]);
});

test("FakeClock.advance() refuses to run twice at once", async () => {
  const clock = new FakeClock();
  const first = clock.advance(10);
  await assertRejects(clock.advance(10), TypeError, "being advanced already");
  await first;
  assertEquals(clock.now(), 10);
});

test("FakeClock.clearTimer() forgets a timer, and ignores those that have fired", async () => {
  const clock = new FakeClock();
  let fired = 0;
  const gone = clock.setTimer(() => fired++, 10);
  const kept = clock.setTimer(() => fired++, 10);
  assertEquals(clock.pending, 2);
  clock.clearTimer(gone);
  assertEquals(clock.pending, 1);
  await clock.advance(10);
  assertEquals([fired, clock.pending], [1, 0]);
  clock.clearTimer(kept);
  clock.clearTimer(undefined);
  assertEquals([clock.pending, clock.nextDueMs], [0, undefined]);
});

test("FakeClock.setTimer() rejects a delay that is no number", () => {
  assertThrows(() => new FakeClock().setTimer(() => {}, NaN), RangeError, "delay is NaN");
});
