import type { RpcFrame } from "../../../src/protocol/frame.ts";
import {
  FlightControl,
  INITIAL_FLIGHT_BYTES,
  MIN_BULK_FLIGHT_BYTES,
  MIN_FLIGHT_BYTES,
  MIN_SHARED_FLIGHT_BYTES,
} from "../../../src/transports/connection/flight_control.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { openFrame, statusFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;
const BATCH = 64 * KIB;

/** A path with a sender that always has more, and a peer that acknowledges each batch at once. */
class Path {
  readonly clock: FakeClock = new FakeClock();
  readonly flight: FlightControl = new FlightControl(this.clock, {
    onProbe: () => this.onPrompt(),
  });
  /** Called when the peer is asked to acknowledge at once, as it does with each batch anyway. */
  onPrompt: () => void = () => {};
  bytesPerMs: number;
  roundTripMs: number;
  #freeAt = 0;

  constructor(bytesPerMs: number, roundTripMs: number) {
    this.bytesPerMs = bytesPerMs;
    this.roundTripMs = roundTripMs;
  }

  /** Sends as much as the limit lets it for a while. */
  async run(ms: number): Promise<void> {
    this.#fill();
    await this.clock.advance(ms);
  }

  #fill(): void {
    while (!this.flight.isFull(0)) this.#send();
  }

  #send(): void {
    this.flight.onSent(BATCH);
    const batch = this.flight.sentBatches;
    const now = this.clock.now();
    this.#freeAt = Math.max(this.#freeAt, now) + BATCH / this.bytesPerMs;
    this.clock.setTimer(() => {
      assert(this.flight.onAck(batch));
      this.#fill();
    }, this.#freeAt + this.roundTripMs - now);
  }
}

test("FlightControl lets 256 KiB be on their way to begin with, what waits to be sent among them", () => {
  const flight = new FlightControl(new FakeClock(), { onProbe: () => {} });
  assertEquals([INITIAL_FLIGHT_BYTES, flight.limitBytes], [256 * KIB, 256 * KIB]);
  flight.onSent(INITIAL_FLIGHT_BYTES - 10);
  assertEquals([flight.isFull(0), flight.isFull(9), flight.isFull(10)], [false, false, true]);
  assertEquals([flight.bytes, flight.sentBatches], [INITIAL_FLIGHT_BYTES - 10, 1]);
});

test("FlightControl.onAck() takes all batches up to the number off, once", () => {
  const flight = new FlightControl(new FakeClock(), { onProbe: () => {} });
  for (const bytes of [100_000, 20_000, 3000, 400]) flight.onSent(bytes);
  const left = [0, 2, 2, 1, 3, 4].map((batches) => [flight.onAck(batches), flight.bytes]);
  const bytes = [123_400, 3400, 3400, 3400, 400, 0];
  assertEquals(left, bytes.map((expected) => [true, expected]));
});

test("FlightControl counts no more than what a peer has to acknowledge, however little it is", () => {
  const flight = new FlightControl(new FakeClock(), { onProbe: () => {} });
  // A peer that has less than 64 KiB to acknowledge may leave it at that: too high a count would wait for ever.
  for (let sent = 0; sent < 65; sent++) flight.onSent(500);
  assertEquals([flight.onAck(64), flight.bytes], [true, 500]);
  flight.onSent(64_000);
  assertEquals([flight.onAck(65), flight.bytes], [true, 64_000]);
});

test("FlightControl.onAck() refuses what was never sent, and changes nothing", () => {
  const flight = new FlightControl(new FakeClock(), { onProbe: () => {} });
  assertEquals([flight.onAck(1), flight.onAck(0)], [false, true]);
  flight.onSent(100);
  assertEquals([flight.onAck(2), flight.bytes], [false, 100]);
  assertEquals([flight.onAck(1), flight.bytes], [true, 0]);
});

test("FlightControl grows to twice what the path holds, and no further", async () => {
  const path = new Path(100 * KIB, 20);
  await path.run(2000);
  const { limitBytes } = path.flight;
  assert(limitBytes > 3500 * KIB && limitBytes < 4500 * KIB, `limit is ${limitBytes}`);
});

test("FlightControl grows although a whole limit is acknowledged at once", async () => {
  const clock = new FakeClock();
  const flight = new FlightControl(clock, { onProbe: () => {} });
  const limits: number[] = [];
  for (let round = 0; round < 4; round++) {
    while (!flight.isFull(0)) flight.onSent(BATCH);
    await clock.advance(50);
    flight.onAck(flight.sentBatches);
    limits.push(flight.limitBytes / KIB);
  }
  assertEquals(limits, [512, 1024, 2048, 4096]);
});

test("FlightControl does not take for a rate what arrives within a turn of a busy program", async () => {
  const clock = new FakeClock();
  const flight = new FlightControl(clock, { onProbe: () => {} });
  for (let turn = 0; turn < 20; turn++) {
    while (!flight.isFull(0)) flight.onSent(BATCH);
    await clock.advance(4);
    flight.onAck(flight.sentBatches);
    await clock.advance(16);
  }
  assertEquals(flight.limitBytes, MIN_BULK_FLIGHT_BYTES);
});

test("FlightControl keeps to 384 KiB where the path holds little, and to less beside calls", async () => {
  assertEquals([MIN_FLIGHT_BYTES, MIN_BULK_FLIGHT_BYTES], [64 * KIB, 384 * KIB]);
  for (const path of [new Path(500, 20), new Path(500 * KIB, 0.05)]) {
    await path.run(2000);
    for (let round = 0; round < 20; round++) {
      assertEquals(path.flight.limitBytes, MIN_BULK_FLIGHT_BYTES);
      await path.run(300);
    }
    for (let round = 0; round < 200; round++) {
      path.flight.onFrame(statusFrame({ message: new Uint8Array(4 * KIB) }));
      await path.run(20);
      // A batch takes its time, and counts as a part of the path.
      const { limitBytes } = path.flight;
      assert(round < 60 || limitBytes < 180 * KIB, `limit is ${limitBytes}`);
    }
  }
});

test("FlightControl keeps to less beside calls on other connections of the program as well", async () => {
  const [path, other] = [new Path(500 * KIB, 0.2), new Path(500 * KIB, 0.2)];
  await path.run(500);
  assertEquals(path.flight.limitBytes, MIN_BULK_FLIGHT_BYTES);
  other.flight.onFrame(statusFrame({ message: new Uint8Array(1) }));
  await path.run(50);
  assertEquals([path.flight.limitBytes, MIN_SHARED_FLIGHT_BYTES], [128 * KIB, 128 * KIB]);
  await path.run(500);
  assertEquals(path.flight.limitBytes, MIN_BULK_FLIGHT_BYTES);
});

test("FlightControl keeps to one batch on a short path beside calls, whatever it seems to hold", async () => {
  for (const [roundTripMs, isShort] of [[0.8, true], [1.2, false]] as const) {
    const path = new Path(500 * KIB, roundTripMs);
    const { flight } = path;
    for (let round = 0; round < 100; round++) {
      flight.onFrame(openFrame({ end: true }));
      await path.run(20);
    }
    assertEquals(flight.limitBytes === MIN_FLIGHT_BYTES, isShort, `limit is ${flight.limitBytes}`);
  }
});

test("FlightControl takes no frame for a call but one that is all of a small one", async () => {
  const path = new Path(500 * KIB, 0.1);
  const message = new Uint8Array(4 * KIB + 1);
  const frames: readonly RpcFrame[] = [
    openFrame({ end: false }),
    openFrame({ end: true, more: true, message: new Uint8Array(1) }),
    openFrame({ end: true, message }),
    statusFrame(),
    statusFrame({ message }),
    { kind: "message", streamId: 1, message, more: false, compressed: false },
    { kind: "ping", token: 1 },
  ];
  for (let round = 0; round < 100; round++) {
    for (const frame of frames) path.flight.onFrame(frame);
    await path.run(20);
  }
  assertEquals(path.flight.limitBytes, MIN_BULK_FLIGHT_BYTES);
});

test("FlightControl stays as it is while the limit holds nothing up", async () => {
  const clock = new FakeClock();
  const flight = new FlightControl(clock, { onProbe: () => {} });
  for (let round = 0; round < 20; round++) {
    flight.onSent(200 * KIB);
    assert(!flight.isFull(0));
    await clock.advance(1);
    flight.onAck(flight.sentBatches);
  }
  assertEquals(flight.limitBytes, INITIAL_FLIGHT_BYTES);
});

test("FlightControl lets a full path run empty for a probe, which it asks an answer for", async () => {
  const path = new Path(500 * KIB, 0.1);
  const left: number[] = [];
  path.onPrompt = () => left.push(path.flight.bytes);
  await path.run(99);
  assertEquals(left, []);
  await path.run(3);
  const [before, ...after] = left;
  assert(before !== undefined && before > 64 * KIB, `${before} bytes were on their way`);
  assertEquals(after, [BATCH]);
  await path.run(1000);
  assert(left.length >= 16 && left.length <= 22, `prompted ${left.length} times`);
});

test("FlightControl lets nothing follow a probe of a short path until it is answered", async () => {
  const clock = new FakeClock();
  let prompts = 0;
  const flight = new FlightControl(clock, { onProbe: () => void prompts++ });
  while (prompts === 0) {
    while (!flight.isFull(0)) flight.onSent(BATCH);
    await clock.advance(1);
    flight.onAck(flight.sentBatches);
  }
  assertEquals(flight.isFull(0), true);
  flight.onAck(flight.sentBatches);
  assertEquals([prompts, flight.isFull(0)], [1, false]);
  flight.onSent(1);
  assertEquals([prompts, flight.isFull(0)], [2, true]);
  await clock.advance(1);
  flight.onAck(flight.sentBatches);
  assertEquals(flight.isFull(0), false);
});

test("FlightControl probes a path that much is on as well where the limit holds nothing up", async () => {
  const prompts: number[] = [];
  for (const bytes of [200 * KIB, 20 * KIB]) {
    const clock = new FakeClock();
    let count = 0;
    const flight = new FlightControl(clock, { onProbe: () => void count++ });
    for (let round = 0; round < 150; round++) {
      flight.onSent(bytes);
      await clock.advance(1);
      flight.onAck(flight.sentBatches);
    }
    prompts.push(count);
  }
  assertEquals(prompts, [2, 0]);
});

test("FlightControl never grows above 64 MiB", async () => {
  const clock = new FakeClock();
  const flight = new FlightControl(clock, { onProbe: () => {} });
  for (let round = 0; round < 12; round++) {
    while (!flight.isFull(0)) flight.onSent(1024 * KIB);
    await clock.advance(500);
    flight.onAck(flight.sentBatches);
  }
  assertEquals(flight.limitBytes, 64 * KIB * KIB);
});

test("FlightControl measures a path anew every 40 round trips, in case it has become longer", async () => {
  const path = new Path(20 * KIB, 20);
  await path.run(1000);
  path.roundTripMs = 60;
  const before = path.flight.limitBytes;
  assert(before < 1100 * KIB, `limit is ${before}`);
  await path.run(2000);
  const after = path.flight.limitBytes;
  assert(after > 2000 * KIB && after < 3500 * KIB, `limit is ${after}`);
});

test("FlightControl forgets a round trip that was long because a program paused", async () => {
  const path = new Path(500 * KIB, 30);
  await path.run(40);
  path.roundTripMs = 0.1;
  await path.run(5000);
  const { limitBytes } = path.flight;
  assert(limitBytes < 1100 * KIB, `limit is ${limitBytes}`);
});

test("FlightControl does not take its own queue for the path when it measures anew", async () => {
  const path = new Path(20 * KIB, 60);
  const limits: number[] = [];
  for (let round = 0; round < 70; round++) {
    await path.run(1000);
    limits.push(path.flight.limitBytes / KIB);
  }
  const most = Math.max(...limits);
  assert(most < 3400, `limit was ${most} KiB`);
  const small = limits.filter((limit) => limit < 2000).length;
  assert(small < 7, `the limit was small for ${small} of 70 seconds`);
});

test("FlightControl looks at the clock for batches that may fill the path, and for no others", () => {
  const clock = new FakeClock();
  let looks = 0;
  const flight = new FlightControl({
    now: () => {
      looks++;
      return clock.now();
    },
    setTimer: (callback, ms) => clock.setTimer(callback, ms),
    clearTimer: (timer) => clock.clearTimer(timer),
  }, { onProbe: () => {} });
  for (let sent = 1; sent < 64; sent++) flight.onSent(1 * KIB);
  assertEquals(looks, 0);
  flight.onSent(1 * KIB);
  assertEquals(looks, 1);
});
