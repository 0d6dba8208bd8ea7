import { createLimits } from "../../../src/protocol/limits.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { lossByClose } from "../../../src/transports/connection/loss.ts";
import { MemoryOutbox } from "../../../src/transports/memory/outbox.ts";
import { type MemoryFrame, MemoryPipe } from "../../../src/transports/memory/pipe.ts";
import { MemoryStreams } from "../../../src/transports/memory/streams.ts";
import type { RpcTransportMessage } from "../../../src/transports/message.ts";
import { assertEquals, assertStatus } from "../../support/assert.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

function setUp() {
  const sent: MemoryFrame[] = [];
  const messages: RpcTransportMessage[] = [];
  const deliver = (frame: MemoryFrame): void => void sent.push(frame);
  const pipe = new MemoryPipe({ clock: new FakeClock(), latencyMs: 0, deliver });
  const outbox = new MemoryOutbox({ send: (frame) => pipe.push(frame), onEnded: () => {} });
  const streams = new MemoryStreams({
    side: "caller",
    limits: createLimits({ streamWindowMessages: 4 }),
    clock: new FakeClock(),
    highestLocalId: 0,
    pipe,
    outbox,
    onMessage: (message) => messages.push(message),
  });
  return { streams, outbox, pipe, sent, messages };
}

test("MemoryStreams.add() gives the window of the limits as credit", () => {
  const { streams } = setUp();
  assertEquals([streams.add(1, true).credit, streams.table.nextLocalId], [4, 3]);
});

test("MemoryStreams.owe() pays when half of the window is owed", async () => {
  const { streams, sent } = setUp();
  const stream = streams.add(2, false);
  streams.owe(stream);
  await settle();
  assertEquals(sent, []);
  streams.owe(stream);
  await settle();
  assertEquals(sent, [{ kind: "credit", streamId: 2, bytes: 0, messages: 2 }]);
  stream.isReceiveEnded = true;
  for (let count = 0; count < 4; count++) streams.owe(stream);
  await settle();
  assertEquals(sent.length, 1);
});

test("MemoryStreams.fail() tells both sides, and those who wait", async () => {
  const { streams, outbox, sent, messages } = setUp();
  const stream = streams.add(2, false);
  stream.credit = 0;
  const waiting = outbox.sendMessage(stream, 1) ?? Promise.resolve();
  const refused = assertStatus(waiting, RpcStatus.FAILED_PRECONDITION, "the stream is not open");
  streams.fail(stream, new RpcError(RpcStatus.DATA_LOSS, "Lost"));
  await refused;
  await settle();
  assertEquals(sent.map((frame) => frame.kind === "status" && frame.code), [15]);
  assertEquals(messages, [{ kind: "cancel", streamId: 2, code: 15, reason: "Lost" }]);
});

test("MemoryStreams.failAbove() leaves the streams that the peer accepted", () => {
  const { streams, messages } = setUp();
  for (const id of [1, 3, 5]) streams.add(id, true);
  streams.add(6, false);
  streams.failAbove(3, new RpcError(RpcStatus.UNAVAILABLE, "Gone"));
  assertEquals(messages.map(({ kind, streamId }) => `${kind} ${streamId}`), ["status 5"]);
  assertEquals([streams.table.localStreams, streams.table.peerStreams], [2, 1]);
});

test("MemoryStreams.failAll() knows which openings have arrived", async () => {
  const { streams, pipe, messages } = setUp();
  for (const id of [1, 3]) {
    streams.add(id, true);
    pipe.push({ kind: "lost", streamId: id });
    if (id === 1) await settle();
  }
  pipe.cut();
  streams.failAll(lossByClose());
  assertEquals(messages.map((m) => m.kind === "status" && m.maybeExecuted), [true, false]);
  assertEquals(streams.table.localStreams, 0);
});
