import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { decodeBatch } from "../../../src/protocol/batch.ts";
import { DEFAULT_LIMITS } from "../../../src/protocol/limits.ts";
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import type { RpcStreamOpening } from "../../../src/transports/transport.ts";
import { RpcWebSocketCallerTransport } from "../../../src/transports/websocket/caller.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { FakeSocket } from "../../support/socket_pair.ts";
import { test } from "../../support/test.ts";

/** A whole opening: a batch never takes two of them. */
const MESSAGE_BYTES = 64 * 1024 - 64;
const MAX_BATCH_BYTES = 2 * 64 * 1024;

const OPENING: RpcStreamOpening = {
  path: "/Files/upload",
  headers: RpcMetadata.empty,
  timeoutMs: undefined,
  message: new Uint8Array(MESSAGE_BYTES),
  end: true,
};

test("BatchWriter sends what was written before the socket opened in messages of a bounded size", async () => {
  const [socket, peer] = FakeSocket.pair();
  const transport = new RpcWebSocketCallerTransport(socket);
  for (let call = 0; call < 100; call++) transport.openStream(OPENING);
  assertEquals(socket.sent.length, 0);
  peer.open();
  socket.open();
  const largest = Math.max(...socket.sent.map(({ length }) => length));
  assert(largest <= MAX_BATCH_BYTES, `a message has ${largest} bytes`);
  const decoder = nativeWire.createDecoder(DEFAULT_LIMITS);
  const frames = socket.sent.flatMap((batch) => decodeBatch(decoder, batch));
  const opened = frames.flatMap((frame) => frame.kind === "open" ? [frame.streamId] : []);
  assertEquals(opened, Array.from({ length: 100 }, (_, call) => 2 * call + 1));
  await transport.close();
});

test("BatchWriter drops the batches of a socket that never opened", async () => {
  const [socket] = FakeSocket.pair();
  const transport = new RpcWebSocketCallerTransport(socket);
  const ends: boolean[] = [];
  transport.incomingMessages.listen((message) => {
    if (message.kind === "status") ends.push(message.maybeExecuted);
  });
  for (let call = 0; call < 100; call++) transport.openStream(OPENING);
  socket.lose();
  assertEquals(ends, new Array<boolean>(100).fill(false));
  assertEquals(socket.sent.length, 0);
  await transport.close();
});

test("Connection.openStream() refuses calls while the socket is full, and takes them again", async () => {
  const [socket, peer] = FakeSocket.pair();
  const limits = { maxQueuedBytes: 1024 * 1024 };
  const transport = new RpcWebSocketCallerTransport(socket, { limits });
  const ends: number[] = [];
  transport.incomingMessages.listen((message) => ends.push(message.streamId));
  peer.open();
  socket.open();
  socket.isStalled = true;
  // A batch of its own, so that it leaves while its stream is being opened.
  const opening = { ...OPENING, message: new Uint8Array(64 * 1024 - 8) };
  const error = assertThrows(() => {
    for (let call = 0; call < 100; call++) transport.openStream(opening);
  }, RpcError);
  assertEquals([error.code, error.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
  assertEquals([transport.isClosed, ends], [false, []]);
  socket.resume();
  transport.openStream(opening);
  await transport.close();
});
