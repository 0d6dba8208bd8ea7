import { WindowTuner } from "../../../src/transports/connection/window_tuner.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;
const WINDOW_BYTES = 4 * KIB;
const WINDOW_MESSAGES = 16;

/** A tuner, and a path on which data comes at a rate and pings take a time. */
class Path {
  readonly clock: FakeClock = new FakeClock();
  readonly tuner: WindowTuner;
  /** When pings were sent. */
  readonly probes: number[] = [];
  roundTripMs: number;

  constructor({ maxWindowBytes = 64 * KIB, roundTripMs = 10 } = {}) {
    this.roundTripMs = roundTripMs;
    this.tuner = new WindowTuner({
      windowBytes: WINDOW_BYTES,
      windowMessages: WINDOW_MESSAGES,
      maxWindowBytes,
      clock: this.clock,
      probe: () => {
        this.probes.push(this.clock.now());
        this.clock.setTimer(() => this.tuner.onAnswer(), this.roundTripMs);
      },
    });
  }

  /** Lets data come for a time, in equal parts a millisecond. */
  async flow(ms: number, { bytes = 0, messages = 0 }): Promise<number> {
    for (let passed = 0; passed < ms; passed++) {
      this.tuner.onData(bytes, messages);
      await this.clock.advance(1);
    }
    return this.tuner.scale;
  }
}

test("WindowTuner makes the window three times what the path holds", async () => {
  const path = new Path();
  // 2 KiB a millisecond for 10 ms are 5 windows.
  const scale = await path.flow(1000, { bytes: 2 * KIB });
  assert(Math.abs(scale - 15) < 0.5, `the window is ${scale} times the first one`);
});

test("WindowTuner counts messages as well as bytes", async () => {
  const scale = await new Path().flow(1000, { bytes: 1, messages: 8 });
  assert(Math.abs(scale - 15) < 0.5, `the window is ${scale} times the first one`);
});

test("WindowTuner leaves the window alone when the path needs no larger one", async () => {
  assertEquals(await new Path().flow(1000, { bytes: 100 }), 1);
  assertEquals(await new Path({ roundTripMs: 1 }).flow(1000, { bytes: 600 }), 1);
});

test("WindowTuner allows an event loop two milliseconds, however short the path is", async () => {
  const path = new Path({ roundTripMs: 1 });
  const scale = await path.flow(1000, { bytes: 2 * KIB });
  assert(Math.abs(scale - 3) < 0.2, `the window is ${scale} times the first one`);
});

test("WindowTuner grows step by step where the window is what limits the data", async () => {
  const path = new Path({ maxWindowBytes: KIB * KIB, roundTripMs: 50 });
  const scales: number[] = [];
  for (let step = 0; step < 12; step++) {
    const bytes = WINDOW_BYTES * path.tuner.scale / path.roundTripMs;
    scales.push(Math.round(await path.flow(100, { bytes })));
  }
  assertEquals(scales.at(-1), 256);
  assert(scales.every((scale, index) => scale >= (scales[index - 1] ?? 0)), `${scales}`);
});

test("WindowTuner makes a window that is too small larger with each round trip", async () => {
  const path = new Path({ maxWindowBytes: KIB * KIB, roundTripMs: 50 });
  await path.flow(51, { bytes: WINDOW_BYTES / 50 });
  for (let roundTrip = 0; roundTrip < 4; roundTrip++) {
    const before = path.tuner.scale;
    const scale = await path.flow(51, { bytes: WINDOW_BYTES * before / 50 });
    assert(scale > 1.4 * before, `${scale} after ${before}`);
  }
});

test("WindowTuner takes the shortest round trip: longer ones stood in a queue", async () => {
  const path = new Path({ roundTripMs: 10 });
  const before = await path.flow(1000, { bytes: KIB });
  path.roundTripMs = 90;
  assertEquals(await path.flow(5000, { bytes: KIB }), before);
});

test("WindowTuner never makes the window smaller, nor larger than it may be", async () => {
  const path = new Path({ maxWindowBytes: 32 * KIB });
  assertEquals(await path.flow(1000, { bytes: 64 * KIB }), 8);
  const { length } = path.probes;
  assertEquals(await path.flow(5000, { bytes: 1 }), 8);
  await path.flow(1000, { bytes: 64 * KIB });
  assertEquals(path.probes.length, length, "there is nothing more to find");
});

test("WindowTuner measures nothing across a pause", async () => {
  const path = new Path();
  await path.flow(200, { bytes: 100 });
  path.tuner.onData(KIB, 0);
  await path.clock.advance(100_000);
  assertEquals(await path.flow(50, { bytes: 2 * KIB }), 1);
});

test("WindowTuner sends pings 20 ms apart, and seldom when they find nothing", async () => {
  const path = new Path({ roundTripMs: 1 });
  await path.flow(20_000, { bytes: KIB });
  const gaps = path.probes.map((at, index) => at - (path.probes[index - 1] ?? -20));
  assert(gaps.every((gap) => gap >= 20), `${gaps}`);
  assert(path.probes.length < 20, `${path.probes.length} pings`);
});

test("WindowTuner sends no ping while little data comes", async () => {
  const path = new Path();
  path.tuner.onData(WINDOW_BYTES / 4 - 1, 0);
  assertEquals(path.probes.length, 0);
  path.tuner.onData(1, 0);
  await path.clock.advance(0);
  assertEquals(path.probes.length, 1);
});

test("WindowTuner takes an answer that nobody asked for as none", () => {
  const { tuner } = new Path();
  tuner.onAnswer();
  assertEquals(tuner.scale, 1);
});
