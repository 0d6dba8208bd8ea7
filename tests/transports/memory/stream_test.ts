import { MemoryStream } from "../../../src/transports/memory/stream.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("MemoryStream begins with its credit and nothing sent, received or owed", () => {
  const stream = new MemoryStream(7, { isLocal: true, credit: 9, openedAt: 3 });
  assertEquals([stream.id, stream.isLocal, stream.credit, stream.openedAt], [7, true, 9, 3]);
  assertEquals([stream.sentMessages, stream.receivedMessages, stream.unreadMessages], [0, 0, 0]);
  assertEquals([stream.owedMessages, stream.outbox.length], [0, 0]);
  assertEquals([stream.isSendEnded, stream.isReceiveEnded], [false, false]);
});
