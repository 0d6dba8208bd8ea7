import { WindowTuner } from "../../../src/transports/connection/window_tuner.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;

function createTuner(maxWindowBytes = 64 * KIB) {
  const clock = new FakeClock();
  const probes: number[] = [];
  const tuner = new WindowTuner({
    windowBytes: 4 * KIB,
    windowMessages: 16,
    maxWindowBytes,
    clock,
    probe: () => probes.push(clock.now()),
  });
  return { clock, probes, tuner };
}

test("WindowTuner sends no probe before half a window has come", () => {
  const { probes, tuner } = createTuner();
  tuner.onData(2 * KIB - 1, 1);
  assertEquals(probes.length, 0);
  tuner.onData(1, 1);
  assertEquals(probes.length, 1);
});

test("WindowTuner doubles the window when a round trip brings two thirds of it", () => {
  const { tuner } = createTuner();
  tuner.onData(4 * KIB, 1);
  tuner.onData(Math.ceil(4 * KIB * 2 / 3), 1);
  tuner.onAnswer();
  assertEquals(tuner.scale, 2);
});

test("WindowTuner leaves the window when a round trip brings less", () => {
  const { tuner } = createTuner();
  tuner.onData(4 * KIB, 1);
  tuner.onData(Math.floor(4 * KIB * 2 / 3) - 1, 1);
  tuner.onAnswer();
  assertEquals(tuner.scale, 1);
});

test("WindowTuner counts messages as well as bytes", () => {
  const { tuner } = createTuner();
  tuner.onData(10, 8);
  tuner.onData(10, 16);
  tuner.onAnswer();
  assertEquals(tuner.scale, 2);
});

test("WindowTuner grows to the limit and not above, and asks no more then", async () => {
  const { clock, probes, tuner } = createTuner(12 * KIB);
  for (let round = 0; round < 5; round++) {
    tuner.onData(12 * KIB, 1);
    tuner.onData(12 * KIB, 1);
    tuner.onAnswer();
    await clock.advance(100);
  }
  assertEquals(tuner.scale, 3);
  assertEquals(probes.length, 1);
});

test("WindowTuner has one probe under way, and none within 100 ms of the last", async () => {
  const { clock, probes, tuner } = createTuner();
  tuner.onData(4 * KIB, 1);
  tuner.onData(4 * KIB, 1);
  assertEquals(probes.length, 1);
  tuner.onAnswer();
  tuner.onData(64 * KIB, 1);
  assertEquals(probes.length, 1);
  await clock.advance(100);
  tuner.onData(1, 0);
  assertEquals(probes, [0, 100]);
});

test("WindowTuner asks less often while it finds nothing", async () => {
  const { clock, probes, tuner } = createTuner();
  for (let round = 0; round < 20; round++) {
    tuner.onData(4 * KIB, 1);
    tuner.onAnswer();
    await clock.advance(100);
  }
  assertEquals(probes, [0, 200, 600, 1400]);
});

test("WindowTuner ignores an answer that it did not ask for", () => {
  const { tuner } = createTuner();
  tuner.onData(2 * KIB - 1, 0);
  tuner.onAnswer();
  assertEquals(tuner.scale, 1);
});

test("WindowTuner never grows when the limit is the window, or below it", () => {
  for (const limit of [4 * KIB, 1]) {
    const { probes, tuner } = createTuner(limit);
    tuner.onData(8 * KIB, 1);
    tuner.onData(8 * KIB, 1);
    tuner.onAnswer();
    assertEquals([tuner.scale, probes.length], [1, 0]);
  }
});

test("WindowTuner grows while answers are as fast as the fastest, and stops when they are not", async () => {
  const { clock, tuner } = createTuner(1024 * KIB);
  const scales: number[] = [];
  for (const delayMs of [10, 15, 16, 30, 10]) {
    // As long as the longest pause between two probes.
    await clock.advance(6400);
    tuner.onData(4 * KIB * tuner.scale, 0);
    tuner.onData(4 * KIB * tuner.scale, 0);
    await clock.advance(delayMs);
    tuner.onAnswer();
    scales.push(tuner.scale);
  }
  assertEquals(scales, [2, 4, 4, 4, 8]);
});
