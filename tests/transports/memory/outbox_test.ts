import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { MemoryOutbox } from "../../../src/transports/memory/outbox.ts";
import type { MemoryFrame } from "../../../src/transports/memory/pipe.ts";
import { MemoryStream } from "../../../src/transports/memory/stream.ts";
import { assertEquals, assertStatus } from "../../support/assert.ts";
import { statusFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

function setUp(credit: number) {
  const sent: MemoryFrame[] = [];
  const ended: number[] = [];
  const outbox = new MemoryOutbox({
    send: (frame) => sent.push(frame),
    onEnded: ({ id }) => ended.push(id),
  });
  const stream = new MemoryStream(1, { isLocal: false, credit, openedAt: 1 });
  return { outbox, stream, sent, ended, kinds: () => sent.map(({ kind }) => kind) };
}

test("MemoryOutbox.sendMessage() sends while there is credit, then waits for it", async () => {
  const { outbox, stream, sent } = setUp(2);
  const promises = ["a", "b", "c", "d"].map((text) => outbox.sendMessage(stream, text));
  assertEquals(promises.map((one) => one === undefined), [true, true, false, false]);
  assertEquals([outbox.waitingMessages, stream.sentMessages, sent.length], [2, 4, 2]);
  outbox.grant(stream, 1);
  await promises[2];
  assertEquals([outbox.waitingMessages, sent.length], [1, 3]);
  outbox.grant(stream, 5);
  await promises[3];
  assertEquals([stream.credit, sent.length], [4, 4]);
});

test("MemoryOutbox.sendMessage() does not pass what waits, when there is credit again", () => {
  const { outbox, stream, sent } = setUp(0);
  void outbox.sendMessage(stream, "a");
  outbox.enqueue(stream, { kind: "halfClose", streamId: 1, messages: 1 });
  outbox.grant(stream, 2);
  assertEquals(outbox.sendMessage(stream, "b"), undefined);
  assertEquals(sent.map((f) => f.kind === "message" ? f.message : f.kind), ["a", "halfClose", "b"]);
});

test("MemoryOutbox.enqueue() sends at once when nothing waits, and tells of a status", () => {
  const { outbox, stream, ended, kinds } = setUp(0);
  outbox.enqueue(stream, { kind: "halfClose", streamId: 1, messages: 0 });
  outbox.enqueue(stream, statusFrame());
  assertEquals([kinds(), ended], [["halfClose", "status"], [1]]);
});

test("MemoryOutbox.enqueue() keeps the order behind what waits", () => {
  const { outbox, stream, ended, kinds } = setUp(0);
  void outbox.sendMessage(stream, "a");
  outbox.enqueue(stream, statusFrame());
  assertEquals([kinds(), ended], [[], []]);
  outbox.grant(stream, 1);
  assertEquals([kinds(), ended], [["message", "status"], [1]]);
});

test("MemoryOutbox.drop() tells those who wait, and nothing goes out", async () => {
  const { outbox, stream, kinds } = setUp(0);
  const waiting = outbox.sendMessage(stream, "a");
  outbox.enqueue(stream, statusFrame());
  const refused = assertStatus(waiting ?? Promise.resolve(), RpcStatus.ABORTED, "Gone");
  outbox.drop(stream, () => new RpcError(RpcStatus.ABORTED, "Gone"));
  await refused;
  outbox.grant(stream, 10);
  assertEquals([kinds(), outbox.waitingMessages], [[], 0]);
});

test("MemoryOutbox.drop() makes no reason when nobody waits for it", () => {
  const { outbox, stream } = setUp(1);
  let made = 0;
  outbox.drop(stream, () => {
    made++;
    return new RpcError(RpcStatus.ABORTED, "Gone");
  });
  assertEquals(made, 0);
});
