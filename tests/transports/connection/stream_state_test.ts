import { StreamState } from "../../../src/transports/connection/stream_state.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("StreamState begins with the windows given and nothing sent, received or owed", () => {
  const stream = new StreamState(7, {
    isLocal: true,
    sendBytes: 1,
    sendMessages: 2,
    windowBytes: 3,
    windowMessages: 4,
  });
  assertEquals([stream.id, stream.isLocal, stream.outbox.length], [7, true, 0]);
  assertEquals([stream.sendBytes, stream.sendMessages], [1, 2]);
  assertEquals([stream.windowBytes, stream.windowMessages], [3, 4]);
  assertEquals([stream.sentMessages, stream.receivedMessages, stream.unreadMessages], [0, 0, 0]);
  assertEquals([stream.owedBytes, stream.owedMessages, stream.creditedBytes], [0, 0, 0]);
  assertEquals([stream.isSendEnded, stream.isReceiveEnded, stream.partial], [
    false,
    false,
    undefined,
  ]);
});
