import { Fragments } from "../../../src/transports/connection/fragments.ts";
import { StreamState } from "../../../src/transports/connection/stream_state.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

const WINDOWS = { sendBytes: 1, sendMessages: 2, windowBytes: 3, windowMessages: 4 };

test("StreamState begins with the windows given and nothing sent, received or owed", () => {
  const stream = new StreamState(7, true, WINDOWS);
  assertEquals([stream.id, stream.isLocal, stream.isSendEnded, stream.isReceiveEnded], [
    7,
    true,
    false,
    false,
  ]);
  const { sending, receiving } = stream;
  assertEquals([sending.bytes, sending.messages], [1, 2]);
  assertEquals([receiving.windowBytes, receiving.windowMessages], [3, 4]);
  assertEquals([stream.sentMessages, stream.receivedMessages, stream.unreadMessages], [0, 0, 0]);
  assertEquals([receiving.owedBytes, receiving.owedMessages, receiving.creditedBytes], [0, 0, 0]);
});

test("StreamState has nothing waiting and no part of a message, before and after it has halves", () => {
  const stream = new StreamState(7, true, WINDOWS);
  const look = () => [stream.waiting, stream.waitingBytes, stream.partial];
  assertEquals(look(), [0, 0, undefined]);
  assertEquals([stream.sending.outbox.length, stream.receiving.partial], [0, undefined]);
  assertEquals(look(), [0, 0, undefined]);
});

test("StreamState keeps what its halves are told", () => {
  const stream = new StreamState(7, true, WINDOWS);
  stream.sending.outbox.push({ kind: "halfClose", streamId: 7, messages: 0 });
  stream.sending.waitingBytes = 5;
  stream.sending.bytes += 10;
  const partial = {
    fragments: new Fragments(),
    bytes: 6,
    creditedBytes: 0,
    paidBytes: 0,
    hasPlace: false,
    compressed: false,
  };
  stream.receiving.partial = partial;
  assertEquals([stream.waiting, stream.waitingBytes, stream.sending.bytes], [1, 5, 11]);
  assertEquals(stream.partial === partial, true);
});
