import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { lossByClose } from "../../../src/transports/connection/loss.ts";
import { statusFrame } from "../../../src/transports/connection/stream_lifecycle.ts";
import { assert, assertEquals, assertStatus } from "../../support/assert.ts";
import { bytesOf, openFrame } from "../../support/native_frames.ts";
import { RawPeer } from "../../support/raw_peer.ts";
import { test } from "../../support/test.ts";
import { opening } from "../../support/transport_pair.ts";

test("statusFrame() tells all of an error", () => {
  const trailers = RpcMetadata.from({ "x-t": "1" });
  const details = [{ type: "google.rpc.RetryInfo", retryDelayMs: 5 }] as const;
  const error = new RpcError(RpcStatus.ABORTED, "Lost a race", {
    trailers,
    details,
    maybeExecuted: false,
  });
  const frame = statusFrame(7, error);
  assertEquals([frame.streamId, frame.code, frame.text], [7, 10, "Lost a race"]);
  assertEquals([frame.details, frame.maybeExecuted, frame.messages], [details, false, 0]);
  assert(frame.trailers === trailers);
});

test("StreamLifecycle gives streams that are open the wider windows of a hello", async () => {
  const peer = new RawPeer({ hello: false });
  const id = peer.connection.openStream(opening());
  for (let count = 0; count < 64; count++) peer.connection.outbound.sendMessage(id, bytesOf("x"));
  const waiting = peer.connection.outbound.sendMessage(id, bytesOf("more"));
  assert(waiting !== undefined);
  peer.send({
    kind: "hello",
    version: 1,
    maxMessageBytes: 100,
    maxMetadataBytes: 65536,
    maxStreams: 64,
    streamWindowBytes: 65536,
    streamWindowMessages: 65,
    connectionWindowBytes: 1048576,
    session: undefined,
    receivedBatches: 0,
    sessionMs: 0,
    compressions: [],
  });
  await waiting;
});

test("StreamLifecycle tells a stream that fails here its end on both sides, once", async () => {
  const peer = new RawPeer({ limits: { maxMessageBytes: 10 }, hello: { streamWindowMessages: 1 } });
  const id = peer.connection.openStream(opening());
  peer.connection.outbound.sendMessage(id, bytesOf("x"));
  const waiting = peer.connection.outbound.sendMessage(id, bytesOf("y"));
  await peer.take();
  const refused = assertStatus(waiting ?? Promise.resolve(), 9, "the stream is not open");
  const large = new Uint8Array(11);
  for (let count = 0; count < 2; count++) {
    peer.send({ kind: "message", streamId: id, message: large, more: false, compressed: false });
  }
  await refused;
  assertEquals(peer.kinds(id), ["status"]);
  assertEquals((await peer.take()).map(({ kind }) => kind), ["cancel"]);
  assertEquals(peer.connection.openStreams, 0);
});

test("StreamLifecycle tells every stream of both sides when the connection ends", () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame(), openFrame({ streamId: 3 }));
  const own = peer.connection.openStream(opening());
  peer.channel.end(1001, "restart");
  assertEquals([1, 3, own].map((id) => peer.kinds(id).at(-1)), ["cancel", "cancel", "status"]);
  for (const message of peer.messages) {
    if (message.kind === "cancel") {
      assertEquals([message.code, message.reason], [
        RpcStatus.UNAVAILABLE,
        "WebSocket closed by peer with code 1001: restart",
      ]);
    }
  }
});

test("StreamLifecycle ends streams of a connection that a message of theirs ends", () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ message: bytesOf("one "), more: true, end: true }));
  const { messages } = peer;
  const push = messages.push.bind(messages);
  messages.push = (...taken): number => {
    const length = push(...taken);
    if (taken.some(({ kind }) => kind === "message")) peer.connection.close(lossByClose());
    return length;
  };
  const message = bytesOf("two");
  peer.send({ kind: "message", streamId: 1, message, more: false, compressed: false });
  assertEquals([peer.kinds(1), peer.losses.length], [["open", "message", "cancel"], 1]);
});
