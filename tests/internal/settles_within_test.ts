import { createDeferred } from "../../src/internal/deferred.ts";
import { settlesWithin } from "../../src/internal/settles_within.ts";
import { assertEquals } from "../support/assert.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

test("settlesWithin() settles with its promise and leaves no timer", async () => {
  const clock = new FakeClock();
  const deferred = createDeferred<void>();
  let isSettled = false;
  const waiting = settlesWithin(deferred.promise, 1000, clock).then(() => isSettled = true);
  await settle();
  assertEquals([isSettled, clock.pending], [false, 1]);
  deferred.resolve();
  await waiting;
  assertEquals(clock.pending, 0);
});

test("settlesWithin() settles when its promise rejects", async () => {
  const clock = new FakeClock();
  assertEquals(await settlesWithin(Promise.reject(new Error("Lost")), 1000, clock), undefined);
  assertEquals(clock.pending, 0);
});

test("settlesWithin() waits for the time given and not longer", async () => {
  const clock = new FakeClock();
  let isSettled = false;
  void settlesWithin(new Promise(() => {}), 1000, clock).then(() => isSettled = true);
  await clock.advance(999);
  assertEquals(isSettled, false);
  await clock.advance(1);
  assertEquals([isSettled, clock.pending], [true, 0]);
});
