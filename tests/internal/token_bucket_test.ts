import { TokenBucket } from "../../src/internal/token_bucket.ts";
import { assertEquals } from "../support/assert.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

function takeAll(bucket: TokenBucket): number {
  let taken = 0;
  while (taken < 10_000 && bucket.take()) taken++;
  return taken;
}

test("TokenBucket.take() gives the burst at first, and no more", () => {
  const bucket = new TokenBucket(new FakeClock(), { perSecond: 16, burst: 256 });
  assertEquals(takeAll(bucket), 256);
  assertEquals(bucket.take(), false);
});

test("TokenBucket.take() gives its rate afterwards, however often it is asked", async () => {
  const clock = new FakeClock(5);
  const bucket = new TokenBucket(clock, { perSecond: 16, burst: 256 });
  takeAll(bucket);
  let taken = 0;
  for (let ms = 0; ms < 1000; ms++) {
    await clock.advance(1);
    taken += takeAll(bucket);
  }
  assertEquals(taken, 16);
});

test("TokenBucket.take() gives no more than the burst after any pause", async () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(clock, { perSecond: 1000, burst: 3 });
  for (const pauseMs of [1_000_000, 2, 0]) {
    await clock.advance(pauseMs);
    assertEquals(takeAll(bucket), Math.min(pauseMs === 0 ? 0 : 3, pauseMs));
  }
});

test("TokenBucket.take() takes nothing when it refuses", async () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(clock, { perSecond: 1, burst: 1 });
  assertEquals(takeAll(bucket), 1);
  for (let ms = 0; ms < 999; ms++) {
    await clock.advance(1);
    assertEquals(bucket.take(), false);
  }
  await clock.advance(1);
  assertEquals(bucket.take(), true);
});
