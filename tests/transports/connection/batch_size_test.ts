import type { RpcFrame } from "../../../src/protocol/frame.ts";
import { BatchSize } from "../../../src/transports/connection/batch_size.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeChannel } from "../../support/fake_channel.ts";
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

test("BatchSize lets the first of many calls leave early, and each that follows with more", () => {
  const size = new BatchSize();
  size.onIdle(openChannel());
  const found = Array.from({ length: 5 }, () => {
    size.onFrame(PING);
    const { bytes } = size;
    size.onFull();
    return bytes / KIB;
  });
  assertEquals(found, [1, 4, 16, 64, 64]);
  size.onIdle(openChannel());
  assertEquals(size.bytes, KIB);
});

test("BatchSize makes batches with messages of streams as large as they may be", () => {
  const size = new BatchSize();
  size.onIdle(openChannel());
  size.onFrame(MESSAGE);
  assertEquals(size.bytes, 64 * KIB);
});

test("BatchSize has no small batches before the channel is open, nor where they may stall", () => {
  const size = new BatchSize();
  assertEquals(size.bytes, 64 * KIB);
  size.onIdle(new FakeChannel());
  assertEquals(size.bytes, 64 * KIB);
  size.onIdle(openChannel({ mayStall: true }));
  assertEquals(size.bytes, 64 * KIB);
});

test("BatchSize has no small batches for a peer that sends pieces", () => {
  const size = new BatchSize();
  size.onIdle(openChannel());
  size.onPiece();
  assertEquals(size.bytes, 64 * KIB);
  size.onIdle(openChannel());
  assertEquals(size.bytes, 64 * KIB);
});
