import type { RpcFrame } from "../../../src/protocol/frame.ts";
import { BatchSize } from "../../../src/transports/connection/batch_size.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeChannel } from "../../support/fake_channel.ts";
import { statusFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;
const PING: RpcFrame = { kind: "ping", token: 1 };
const MESSAGE: RpcFrame = {
  kind: "message",
  streamId: 1,
  message: new Uint8Array(1),
  more: false,
  compressed: false,
};

function openChannel(given: { readonly mayStall?: boolean } = {}): FakeChannel {
  return Object.assign(new FakeChannel(), { isOpen: true, ...given });
}

/** How large each of the next few batches becomes, which are made of frames of so many bytes. */
function batchesOf(size: BatchSize, frameBytes: number, count: number, frame = PING): number[] {
  return Array.from({ length: count }, () => {
    let bytes = frameBytes;
    while (!size.isFull(bytes, frame, frameBytes)) bytes += frameBytes;
    return bytes;
  });
}

test("BatchSize lets the first of many calls leave early, and each that follows with more", () => {
  const size = new BatchSize();
  size.onIdle(openChannel());
  assertEquals(batchesOf(size, 1, 5), [KIB, 4 * KIB, 16 * KIB, 64 * KIB, 64 * KIB]);
  size.onIdle(openChannel());
  assertEquals(batchesOf(size, 1, 2), [KIB, 4 * KIB]);
});

test("BatchSize keeps batches of calls as large as an eighth of many that are under way", () => {
  const size = new BatchSize();
  for (const [calls, bytes] of [[256, 4 * KIB], [1024, 16 * KIB], [100_000, 16 * KIB]] as const) {
    size.onIdle(openChannel());
    size.onBatch(10, calls);
    assertEquals(batchesOf(size, 1, 3), [bytes, bytes, bytes]);
  }
  size.onIdle(openChannel());
  size.onBatch(100 * KIB, 64);
  assertEquals(batchesOf(size, 1, 3), [KIB, 4 * KIB, 16 * KIB]);
});

test("BatchSize keeps batches of answers as large as that of their calls", () => {
  const size = new BatchSize();
  const answer = statusFrame();
  size.onIdle(openChannel());
  size.onBatch(10 * KIB, 0);
  assertEquals(batchesOf(size, 1, 3, answer), [10 * KIB, 10 * KIB, 10 * KIB]);
  assertEquals(batchesOf(size, 1, 1), [KIB]);
  size.onIdle(openChannel());
  size.onBatch(100 * KIB, 0);
  assertEquals(batchesOf(size, 1, 2, answer), [16 * KIB, 16 * KIB]);
  size.onBatch(100, 0);
  assertEquals(batchesOf(size, 1, 2, answer), [KIB, 4 * KIB]);
});

test("BatchSize makes batches with messages of streams as large as they may be", () => {
  for (const mayStall of [false, true]) {
    const size = new BatchSize();
    size.onIdle(openChannel({ mayStall }));
    assertEquals(batchesOf(size, KIB, 1, MESSAGE), [64 * KIB]);
    assertEquals(batchesOf(size, KIB, 1), [64 * KIB]);
  }
});

test("BatchSize has no small batches before the channel is open", () => {
  const size = new BatchSize();
  assertEquals(batchesOf(size, KIB, 1), [64 * KIB]);
  for (const mayStall of [false, true]) {
    size.onIdle(Object.assign(new FakeChannel(), { mayStall }));
    assertEquals(batchesOf(size, KIB, 1), [64 * KIB]);
  }
});

test("BatchSize keeps the first batches small where they may stall, with room for a prompt", () => {
  const size = new BatchSize();
  for (let burst = 0; burst < 2; burst++) {
    size.onIdle(openChannel({ mayStall: true }));
    assertEquals(batchesOf(size, 100, 17), [...Array(16).fill(900), 65_600]);
  }
  size.onIdle(openChannel({ mayStall: true }));
  assertEquals([size.isFull(499, PING, 499), size.isFull(500, PING, 499)], [false, true]);
  assertEquals(size.isFull(900, PING, 98), false);
  assertEquals(size.isFull(900, PING, 99), true);
  assertEquals(size.isFull(5000, PING, 4900), true);
});

test("BatchSize treats a socket that may stall as any other while very many calls are under way", () => {
  const size = new BatchSize();
  const channel = openChannel({ mayStall: true });
  size.onBatch(10, 512);
  size.onIdle(channel);
  assertEquals(batchesOf(size, 1, 2), [8 * KIB, 8 * KIB]);
  size.onBatch(10, 511);
  size.onIdle(channel);
  assertEquals(batchesOf(size, 100, 2), [900, 900]);
});

test("BatchSize has no small batches for a peer that sends pieces", () => {
  const size = new BatchSize();
  size.onIdle(openChannel());
  size.onPiece();
  assertEquals(batchesOf(size, KIB, 1), [64 * KIB]);
  size.onIdle(openChannel());
  assertEquals(batchesOf(size, KIB, 1), [64 * KIB]);
});
