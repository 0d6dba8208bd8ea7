import type { RpcTimer } from "../../src/internal/clock.ts";
import { TimerQueue } from "../../src/internal/timer_queue.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { Random } from "../support/random.ts";
import { test } from "../support/test.ts";

test("TimerQueue.setTimer() calls back at the time, in order, from one timer of the clock", async () => {
  const clock = new FakeClock(100);
  const queue = new TimerQueue(clock);
  const seen: string[] = [];
  for (const [name, delayMs] of [["c", 30], ["a", 10], ["d", 40], ["b", 20]] as const) {
    queue.setTimer(() => seen.push(`${name} at ${queue.now()}`), delayMs);
  }
  await settle();
  assertEquals(clock.pending, 1);
  await clock.advance(9);
  assertEquals(seen, []);
  await clock.advance(21);
  assertEquals(seen, ["a at 110", "b at 120", "c at 130"]);
  await clock.advance(10);
  assertEquals([seen.length, clock.pending], [4, 0]);
});

test("TimerQueue.setTimer() keeps the order of timers of one moment", async () => {
  const clock = new FakeClock();
  const queue = new TimerQueue(clock);
  const seen: number[] = [];
  for (let index = 0; index < 20; index++) queue.setTimer(() => seen.push(index), 5);
  await clock.advance(5);
  assertEquals(seen, Array.from({ length: 20 }, (_, index) => index));
});

test("TimerQueue.clearTimer() leaves no timer on the clock after the last", async () => {
  const clock = new FakeClock();
  const queue = new TimerQueue(clock);
  const first = queue.setTimer(() => {}, 5);
  const second = queue.setTimer(() => {}, 10);
  queue.clearTimer(first);
  queue.clearTimer(first);
  await settle();
  assertEquals(clock.pending, 1);
  queue.clearTimer(second);
  await settle();
  assertEquals(clock.pending, 0);
});

test("TimerQueue asks nothing of the clock for a timer that is cleared in the same turn", async () => {
  const clock = new FakeClock();
  let asked = 0;
  const queue = new TimerQueue({
    now: () => clock.now(),
    clearTimer: (timer) => clock.clearTimer(timer),
    setTimer: (callback, delayMs) => {
      asked++;
      return clock.setTimer(callback, delayMs);
    },
  });
  for (let call = 0; call < 10; call++) queue.clearTimer(queue.setTimer(() => {}, 5));
  await settle();
  assertEquals([asked, clock.pending], [0, 0]);
  for (let call = 0; call < 10; call++) queue.setTimer(() => {}, 5);
  await settle();
  assertEquals([asked, clock.pending], [1, 1]);
});

test("TimerQueue calls back in time when the timer before was cleared", async () => {
  const clock = new FakeClock();
  const queue = new TimerQueue(clock);
  const seen: number[] = [];
  const first = queue.setTimer(() => seen.push(1), 5);
  queue.setTimer(() => seen.push(2), 10);
  queue.clearTimer(first);
  await clock.advance(9);
  assertEquals(seen, []);
  await clock.advance(1);
  assertEquals([seen, clock.pending], [[2], 0]);
});

test("TimerQueue lets a callback set and clear timers", async () => {
  const clock = new FakeClock();
  const queue = new TimerQueue(clock);
  const seen: string[] = [];
  const cleared: RpcTimer[] = [];
  queue.setTimer(() => {
    seen.push("first");
    for (const timer of cleared) queue.clearTimer(timer);
    queue.setTimer(() => seen.push("at once"), 0);
  }, 5);
  cleared.push(queue.setTimer(() => seen.push("cleared"), 5));
  await clock.advance(5);
  await clock.advance(1);
  assertEquals([seen, clock.pending], [["first", "at once"], 0]);
});

test("TimerQueue gives way to the clock between timers that set one another", async () => {
  const clock = new FakeClock();
  let asked = 0;
  const queue = new TimerQueue({
    now: () => clock.now(),
    clearTimer: (timer) => clock.clearTimer(timer),
    setTimer: (callback, delayMs) => {
      asked++;
      return clock.setTimer(callback, delayMs);
    },
  });
  let left = 3;
  const again = (): void => {
    if (left-- > 0) queue.setTimer(again, 0);
  };
  queue.setTimer(again, 5);
  await clock.advance(5);
  await clock.advance(1);
  assertEquals([left, asked, clock.pending], [-1, 4, 0]);
});

test("TimerQueue goes on after a callback that throws", async () => {
  const clock = new FakeClock();
  const queue = new TimerQueue(clock);
  const seen: string[] = [];
  queue.setTimer(() => {
    throw new Error("mistake");
  }, 5);
  queue.setTimer(() => seen.push("same moment"), 5);
  queue.setTimer(() => seen.push("later"), 6);
  await clock.advance(5).catch(() => seen.push("thrown"));
  await clock.advance(5);
  assertEquals([seen, clock.pending], [["thrown", "same moment", "later"], 0]);
});

test("TimerQueue does what single timers do, over many that come and go", async () => {
  const random = new Random(7);
  const [clock, model] = [new FakeClock(), new FakeClock()];
  const queue = new TimerQueue(clock);
  const [seen, expected]: [number[], number[]] = [[], []];
  const pairs: [RpcTimer, RpcTimer][] = [];
  for (let round = 0; round < 2000; round++) {
    const delayMs = 1 + random.below(500);
    pairs.push([
      queue.setTimer(() => seen.push(round), delayMs),
      model.setTimer(() => expected.push(round), delayMs),
    ]);
    const gone = pairs[random.below(pairs.length)];
    if (gone !== undefined && random.next() < 0.7) {
      queue.clearTimer(gone[0]);
      model.clearTimer(gone[1]);
    }
    if (random.next() < 0.1) await Promise.all([clock.advance(7), model.advance(7)]);
  }
  await Promise.all([clock.advance(1000), model.advance(1000)]);
  assert(seen.length > 500);
  assertEquals([seen, clock.pending], [expected, 0]);
});

test("TimerQueue.on() gives all users of a clock the same queue", () => {
  const [clock, other] = [new FakeClock(), new FakeClock()];
  assert(TimerQueue.on(clock) === TimerQueue.on(clock));
  assert(TimerQueue.on(clock) !== TimerQueue.on(other));
});
