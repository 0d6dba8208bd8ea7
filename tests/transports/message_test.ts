import { RpcMessageFeed, type RpcTransportMessage } from "../../src/transports/message.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

function cancel(streamId: number): RpcTransportMessage {
  return { kind: "cancel", streamId, code: 1, reason: "" };
}

test("RpcMessageFeed.listen() is handed what came before, in order", () => {
  const feed = new RpcMessageFeed();
  for (const id of [1, 3, 5]) feed.push(cancel(id));
  const seen: number[] = [];
  feed.listen(({ streamId }) => seen.push(streamId));
  assertEquals(seen, [1, 3, 5]);
});

test("RpcMessageFeed.push() calls the listener at once", () => {
  const feed = new RpcMessageFeed();
  const seen: number[] = [];
  feed.listen(({ streamId }) => seen.push(streamId));
  feed.push(cancel(1));
  feed.push(cancel(3));
  assertEquals(seen, [1, 3]);
});

test("RpcMessageFeed.listen() puts what comes meanwhile behind what came before", () => {
  const feed = new RpcMessageFeed();
  for (const id of [1, 3]) feed.push(cancel(id));
  const seen: number[] = [];
  feed.listen(({ streamId }) => {
    seen.push(streamId);
    if (streamId === 1) feed.push(cancel(5));
  });
  feed.push(cancel(7));
  assertEquals(seen, [1, 3, 5, 7]);
});

test("RpcMessageFeed.listen() accepts one listener", () => {
  const feed = new RpcMessageFeed();
  feed.listen(() => {});
  assertThrows(() => feed.listen(() => {}), TypeError, "has a listener already");
});

test("RpcMessageFeed.waiting counts what nobody has heard", () => {
  const feed = new RpcMessageFeed();
  assertEquals(feed.waiting, 0);
  for (let streamId = 1; streamId < 4; streamId++) {
    feed.push({ kind: "cancel", streamId, code: 1, reason: "" });
  }
  assertEquals(feed.waiting, 3);
  feed.listen(() => {});
  feed.push({ kind: "cancel", streamId: 9, code: 1, reason: "" });
  assertEquals(feed.waiting, 0);
});

test("RpcMessageFeed.push() holds no batch for a message that waits", () => {
  const feed = new RpcMessageFeed();
  const batch = new Uint8Array(100_000);
  const message = batch.subarray(5, 10);
  feed.push({ kind: "message", streamId: 1, message, more: false, compressed: false });
  const kept: unknown[] = [];
  feed.listen((given) => kept.push("message" in given ? given.message : undefined));
  const [bytes] = kept;
  assert(bytes instanceof Uint8Array && bytes.length === 5);
  assertEquals(bytes.buffer.byteLength, 5);
});

test("RpcMessageFeed.listen() takes an object as well, which is handed the same", () => {
  const feed = new RpcMessageFeed();
  const seen: number[] = [];
  feed.push(cancel(1));
  feed.listen({ receive: ({ streamId }) => seen.push(streamId) });
  feed.push(cancel(3));
  assertEquals(seen, [1, 3]);
});
