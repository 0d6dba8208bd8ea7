import { RpcMessageFeed, type RpcTransportMessage } from "../../src/transports/message.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
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
