import { createDeferred } from "../../../src/internal/deferred.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { streamEndedError } from "../../../src/transports/connection/end_reason.ts";
import {
  dropOutbox,
  outboundMessage,
  replaceMessage,
  waitingBytesOf,
} from "../../../src/transports/connection/outbound_message.ts";
import {
  type OutboundStatus,
  StreamState,
} from "../../../src/transports/connection/stream_state.ts";
import { assert, assertEquals, assertStatus } from "../../support/assert.ts";
import { statusFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

test("waitingBytesOf() counts what is left of a message, alone or with its status", () => {
  const message = new Uint8Array(100);
  const status = statusFrame({ message });
  assertEquals(waitingBytesOf(outboundMessage(message)), 100);
  assertEquals(waitingBytesOf(outboundMessage(message, { offset: 60 })), 40);
  assertEquals(waitingBytesOf({ kind: "outboundStatus", status, deflation: undefined }), 100);
  assertEquals(waitingBytesOf(status), 100);
  assertEquals(waitingBytesOf({ kind: "halfClose", streamId: 1, messages: 1 }), 0);
});

test("replaceMessage() puts a compressed message in place of another, alone or with its status", () => {
  const small = new Uint8Array(10);
  const outbound = outboundMessage(new Uint8Array(100));
  replaceMessage(outbound, small);
  assert(outbound.message === small && outbound.compressed);
  const status = statusFrame({ message: new Uint8Array(100) });
  const last: OutboundStatus = { kind: "outboundStatus", status, deflation: undefined };
  replaceMessage(last, small);
  assertEquals(last.status, { ...status, message: small, compressed: true });
  assertEquals(status.message?.length, 100);
});

test("dropOutbox() tells those who wait why, and answers what was set aside", async () => {
  const stream = new StreamState(7, true, {
    sendBytes: 0,
    sendMessages: 0,
    windowBytes: 0,
    windowMessages: 0,
  });
  const dropped: string[] = [];
  const deflate = (name: string) => ({
    promise: new Promise<undefined>(() => {}),
    drop: () => void dropped.push(name),
  });
  const { outbox } = stream.sending;
  const done = createDeferred<void>();
  const message = outboundMessage(new Uint8Array(1), { done, reservedBytes: 30 });
  message.deflation = deflate("message");
  outbox.push(message);
  outbox.push(outboundMessage(new Uint8Array(1), { reservedBytes: 12 }));
  outbox.push({ kind: "halfClose", streamId: 7, messages: 2 });
  outbox.push({
    kind: "outboundStatus",
    status: statusFrame({ message: new Uint8Array(1) }),
    deflation: deflate("status"),
  });
  assertEquals(dropOutbox(stream, streamEndedError), 42);
  await assertStatus(done.promise, RpcStatus.FAILED_PRECONDITION, "stream 7");
  assertEquals([outbox.length, dropped, message.deflation], [0, ["message", "status"], undefined]);
  assertEquals(dropOutbox(stream, streamEndedError), 0);
});
