import type { OpenFrame, RpcFrame } from "../../../src/protocol/frame.ts";
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { MAX_FRAGMENT_BYTES } from "../../../src/protocol/native/constants.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus, assertThrows } from "../../support/assert.ts";
import { bytesOf, openFrame } from "../../support/native_frames.ts";
import { RawPeer } from "../../support/raw_peer.ts";
import { test } from "../../support/test.ts";
import { ending, opening } from "../../support/transport_pair.ts";

const KIB = 1024;
const FRAGMENT = MAX_FRAGMENT_BYTES;

/** A connection that serves, with stream 1 open. */
function servePeer(hello = {}): RawPeer {
  const peer = new RawPeer({ side: "responder", hello });
  peer.send(openFrame({ end: true }));
  return peer;
}

function sizes(frames: RpcFrame[]): string[] {
  return frames.map((frame) => {
    const size = "message" in frame ? frame.message?.length ?? "-" : "-";
    return `${frame.kind}:${size}${"more" in frame && frame.more ? "+" : ""}`;
  });
}

test("Outbound.openStream() puts a whole call into one frame", async () => {
  const peer = new RawPeer();
  const headers = RpcMetadata.from({ "x-a": "1" });
  peer.connection.openStream(
    opening({ headers, message: bytesOf("all"), end: true, timeoutMs: 9 }),
  );
  const [open, ...rest] = await peer.take();
  assert(open?.kind === "open");
  assertEquals([open.path, open.timeoutMs, open.end, open.more], ["/Test/call", 9, true, false]);
  assertEquals([[...open.headers], rest], [[["x-a", "1"]], []]);
});

test("Outbound.openStream() cuts a first message that does not fit", async () => {
  const peer = new RawPeer();
  const sent = [FRAGMENT, FRAGMENT + 1, 3 * FRAGMENT];
  for (const size of sent) {
    peer.connection.openStream(opening({ message: new Uint8Array(size), end: true }));
  }
  const frames = await peer.take();
  assertEquals(
    sizes(frames).sort(),
    [
      "message:1",
      `message:${FRAGMENT}`,
      `message:${FRAGMENT}+`,
      `open:${FRAGMENT}`,
      `open:${FRAGMENT}+`,
      `open:${FRAGMENT}+`,
    ].sort(),
  );
  const opens = frames.filter((frame): frame is OpenFrame => frame.kind === "open");
  assert(opens.every(({ end }) => end), "the end was lost");
});

test("Outbound.openStream() charges no message credit for a first message that is cut", async () => {
  const peer = new RawPeer({ hello: { streamWindowMessages: 1 } });
  const id = peer.connection.openStream(opening({ message: new Uint8Array(FRAGMENT + 1) }));
  assertEquals(peer.connection.outbound.sendMessage(id, bytesOf("x")), undefined);
  assert(peer.connection.outbound.sendMessage(id, bytesOf("y")) !== undefined);
  assertEquals((await peer.take()).length, 3);
});

test("Outbound.openStream() refuses streams above what the peer bears", async () => {
  const peer = new RawPeer({ hello: { maxStreams: 2 } });
  for (let count = 0; count < 2; count++) peer.connection.openStream(opening());
  const error = assertThrows(() => peer.connection.openStream(opening()), RpcError, "(max: 2)");
  assertEquals([error.code, error.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
  assertEquals((await peer.take()).length, 2);
});

test("Outbound.openStream() refuses messages above what the peer accepts", () => {
  const peer = new RawPeer({ hello: { maxMessageBytes: 10 } });
  const error = assertThrows(
    () => peer.connection.openStream(opening({ message: new Uint8Array(11) })),
    RpcError,
    "Cannot send message: it has 11 bytes, the peer accepts 10",
  );
  assertEquals([error.code, error.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
  assertEquals(peer.connection.openStream(opening({ message: new Uint8Array(10) })), 1);
});

test("Outbound.openStream() refuses calls while too much waits to be sent", () => {
  const peer = new RawPeer({ isOpen: false, hello: false, limits: { maxQueuedBytes: 1000 } });
  peer.connection.openStream(opening({ message: new Uint8Array(1000) }));
  const error = assertThrows(
    () => peer.connection.openStream(opening()),
    RpcError,
    "bytes wait to be sent, limit is 1000",
  );
  assertEquals([error.code, error.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
});

test("Outbound.openStream() takes small calls while a large request waits for its turn", () => {
  const peer = new RawPeer({ limits: { maxQueuedBytes: 1024 * 1024 } });
  const message = new Uint8Array(4 * 1024 * 1024);
  peer.connection.openStream(opening({ message }));
  assert((peer.connection.stats()["queuedBytes"] ?? 0) > 2 * 1024 * 1024, "nothing waits");
  assertEquals(peer.connection.openStream(opening({ message: new Uint8Array(10) })), 3);
  assertThrows(
    () => peer.connection.openStream(opening({ message })),
    RpcError,
    "bytes wait to be sent, limit is 1048576",
  );
});

test("Outbound.openStream() uses no id for a call that it refuses", () => {
  const peer = new RawPeer({ hello: { maxMessageBytes: 10 } });
  const headers = RpcMetadata.from({ "x bad": "1" });
  assertThrows(() => peer.connection.openStream(opening({ headers })), RpcError);
  assertThrows(() => peer.connection.openStream(opening({ path: "/" })), RpcError);
  assertThrows(
    () => peer.connection.openStream(opening({ message: new Uint8Array(11) })),
    RpcError,
  );
  assertEquals(peer.connection.openStream(opening()), 1);
});

test("Outbound.openStream() refuses calls when all ids are used", () => {
  const peer = new RawPeer({ highestLocalId: Number.MAX_SAFE_INTEGER - 2 });
  assertEquals(peer.connection.openStream(opening()), Number.MAX_SAFE_INTEGER);
  const error = assertThrows(() => peer.connection.openStream(opening()), RpcError, "ids are used");
  assertEquals(error.code, RpcStatus.RESOURCE_EXHAUSTED);
});

test("Outbound.sendMessage() goes on with the grant, after the hello as well", async () => {
  const peer = new RawPeer({ hello: false });
  const id = peer.connection.openStream(opening());
  const sent: (Promise<void> | undefined)[] = [];
  for (let count = 0; count < 70; count++) {
    sent.push(peer.connection.outbound.sendMessage(id, bytesOf("x")));
  }
  assertEquals(sent.filter((one) => one === undefined).length, 64);
  peer.send({ ...openHello(), streamWindowMessages: 66 });
  assertEquals((await peer.take()).length, 1 + 66);
  peer.send({ kind: "credit", streamId: id, bytes: 0, messages: 4 });
  await Promise.all(sent);
  assertEquals((await peer.take()).length, 4);
});

test("Outbound.sendMessage() honours a window that the hello makes smaller", async () => {
  const peer = new RawPeer({ hello: false });
  const id = peer.connection.openStream(opening());
  for (let count = 0; count < 10; count++) peer.connection.outbound.sendMessage(id, bytesOf("x"));
  peer.send({ ...openHello(), streamWindowMessages: 2 });
  const waiting = peer.connection.outbound.sendMessage(id, bytesOf("late"));
  await peer.take();
  peer.send({ kind: "credit", streamId: id, bytes: 0, messages: 8 });
  assertEquals(await peer.take(), [], "the grant only pays what was sent before the hello");
  peer.send({ kind: "credit", streamId: id, bytes: 0, messages: 1 });
  await waiting;
  assertEquals((await peer.take()).length, 1);
});

function openHello() {
  const { ...hello } = {
    kind: "hello",
    version: 1,
    maxMessageBytes: 1024 * KIB,
    maxMetadataBytes: FRAGMENT,
    maxStreams: 64,
    streamWindowBytes: FRAGMENT,
    streamWindowMessages: 64,
    connectionWindowBytes: 1024 * KIB,
    session: undefined,
    receivedBatches: 0,
    sessionMs: 0,
    compressions: [],
  } as const;
  return hello;
}

test("Outbound.sendMessage() sends 16 MiB through a window of 256 KiB", async () => {
  const peer = new RawPeer();
  const id = peer.connection.openStream(opening());
  const sent = peer.connection.outbound.sendMessage(id, new Uint8Array(16 * KIB * KIB));
  let bytes = 0;
  let most = 0;
  for (let frames = await peer.take(); frames.length > 0; frames = await peer.take()) {
    let turn = 0;
    for (const frame of frames) if (frame.kind === "message") turn += frame.message.length;
    bytes += turn;
    most = Math.max(most, turn);
    peer.send(
      { kind: "credit", streamId: id, bytes: turn, messages: 0 },
      { kind: "credit", streamId: 0, bytes: turn, messages: 0 },
    );
  }
  await sent;
  assertEquals(bytes, 16 * KIB * KIB);
  // The last frame may begin with one byte of credit.
  assert(most < 256 * KIB + FRAGMENT, `${most} bytes were sent into a window of 256 KiB`);
});

test("Outbound.endStream() puts a whole answer into one frame", async () => {
  const peer = servePeer();
  const headers = RpcMetadata.from({ "x-h": "1" });
  const trailers = RpcMetadata.from({ "x-t": "2" });
  peer.connection.outbound.endStream(1, ending({ headers, trailers, message: bytesOf("all") }));
  const [status, ...rest] = await peer.take();
  assert(status?.kind === "status");
  assertEquals([status.message, status.messages], [bytesOf("all"), 1]);
  assertEquals([[...status.headers ?? []], [...status.trailers]], [[["x-h", "1"]], [["x-t", "2"]]]);
  assertEquals([rest, peer.connection.openStreams], [[], 0]);
});

test("Outbound.endStream() sends headers and a message that does not fit before the status", async () => {
  const peer = servePeer();
  const headers = RpcMetadata.from({ "x-h": "1" });
  peer.connection.outbound.endStream(1, ending({ headers, message: new Uint8Array(FRAGMENT + 1) }));
  const frames = await peer.take();
  assertEquals(sizes(frames), ["headers:-", `message:${FRAGMENT}+`, "message:1", "status:-"]);
  const status = frames.at(-1);
  assert(status?.kind === "status");
  assertEquals([status.messages, status.headers], [1, undefined]);
});

test("Outbound.endStream() leaves the stream as it was when it refuses", async () => {
  const peer = servePeer({ maxMessageBytes: 10 });
  const trailers = RpcMetadata.from({ "x bad": "1" });
  assertThrows(() => peer.connection.outbound.endStream(1, ending({ trailers })), RpcError);
  assertThrows(
    () => peer.connection.outbound.endStream(1, ending({ headers: trailers })),
    RpcError,
  );
  const above = ending({ message: new Uint8Array(11) });
  assertThrows(() => peer.connection.outbound.endStream(1, above), RpcError, "it has 11 bytes");
  assertEquals(await peer.take(), []);
  peer.connection.outbound.endStream(1, ending());
  const [status] = await peer.take();
  assert(status?.kind === "status" && status.messages === 0);
});

test("Outbound.endStream() with a failure drops the rest of a message that is on its way", async () => {
  const peer = servePeer({ streamWindowBytes: FRAGMENT });
  const sent = peer.connection.outbound.sendMessage(1, new Uint8Array(3 * FRAGMENT));
  assertEquals(sizes(await peer.take()), [`message:${FRAGMENT}+`]);
  peer.connection.outbound.endStream(1, ending({ code: 10, text: "Gave up" }));
  await assertStatus(sent ?? Promise.resolve(), RpcStatus.FAILED_PRECONDITION, "not open");
  assertEquals(sizes(await peer.take()), ["status:-"]);
  assertEquals(peer.connection.stats().queuedBytes, 0);
});

test("Outbound.cancelStream() says so to the peer once, and only of one's own streams", async () => {
  const peer = servePeer();
  const id = peer.connection.openStream(opening());
  await peer.take();
  peer.connection.outbound.cancelStream(1, 1, "not mine");
  peer.connection.outbound.cancelStream(id, 4, "Too slow");
  peer.connection.outbound.cancelStream(id, 4, "Too slow");
  const frames = await peer.take();
  assertEquals(frames, [{ kind: "cancel", streamId: id, code: 4, reason: "Too slow" }]);
  assertEquals(peer.connection.openStreams, 1);
});

/** Fills the streams of a peer that gives no credit, 64 KiB each; answers what could not be sent. */
async function answerUnread(peer: RawPeer, streamIds: readonly number[]): Promise<RpcError[]> {
  const errors: RpcError[] = [];
  for (const streamId of streamIds) {
    peer.send(openFrame({ streamId, end: true }));
    try {
      peer.connection.outbound.endStream(
        streamId,
        ending({ message: new Uint8Array(FRAGMENT + 1) }),
      );
    } catch (error) {
      assert(error instanceof RpcError);
      errors.push(error);
    }
  }
  await peer.take();
  return errors;
}

test("Outbound.endStream() fails an answer when too many wait that nobody reads", async () => {
  const peer = new RawPeer({
    side: "responder",
    hello: { streamWindowBytes: 0, connectionWindowBytes: 0 },
    limits: { maxWaitingBytes: 2 * FRAGMENT },
  });
  assertEquals(await answerUnread(peer, [1, 3]), []);
  const [error] = await answerUnread(peer, [5]);
  assertEquals(error?.code, RpcStatus.RESOURCE_EXHAUSTED);
  assert(error?.rawMessage.includes(`limit is ${2 * FRAGMENT}`), error?.rawMessage);
  // A status without a message passes, and what was given up frees its room.
  peer.connection.outbound.endStream(5, ending({ code: RpcStatus.RESOURCE_EXHAUSTED }));
  peer.send({ kind: "cancel", streamId: 1, code: 1, reason: "" });
  assertEquals(await answerUnread(peer, [7]), []);
  assertEquals(peer.losses, []);
});

test("Outbound.sendMessage() fails when too much waits on all streams together", async () => {
  const peer = new RawPeer({
    side: "responder",
    hello: { streamWindowBytes: 0, connectionWindowBytes: 0 },
    limits: { maxWaitingBytes: 100 },
  });
  peer.send(openFrame({ end: true }), openFrame({ streamId: 3, end: true }));
  const waiting = peer.connection.outbound.sendMessage(1, new Uint8Array(100));
  assert(waiting !== undefined);
  const error = assertThrows(
    () => peer.connection.outbound.sendMessage(3, new Uint8Array(1)),
    RpcError,
    "100 bytes wait to be sent, limit is 100",
  );
  assertEquals(error.code, RpcStatus.RESOURCE_EXHAUSTED);
  peer.send({ kind: "credit", streamId: 0, bytes: 2 ** 30, messages: 0 });
  peer.send({ kind: "credit", streamId: 1, bytes: 2 ** 30, messages: 10 });
  await waiting;
  const next = peer.connection.outbound.sendMessage(3, new Uint8Array(1));
  assert(next !== undefined, "the stream has no credit");
  const refused = assertStatus(next, RpcStatus.CANCELLED);
  peer.send({ kind: "cancel", streamId: 3, code: 1, reason: "" });
  await refused;
});

test("Outbound.waitForRoom() waits for credit of the connection where the stream has its own", async () => {
  const peer = new RawPeer({
    side: "responder",
    hello: { streamWindowBytes: 100, connectionWindowBytes: 512 },
    limits: { maxWaitingBytes: 1 },
  });
  peer.send(openFrame({ end: true }), openFrame({ streamId: 3, end: true }));
  peer.connection.outbound.sendMessage(1, new Uint8Array(100));
  peer.connection.outbound.sendMessage(3, new Uint8Array(1));
  const stalled = peer.connection.outbound.sendMessage(1, new Uint8Array(1));
  assert(stalled !== undefined, "stream 1 has credit");
  const room = peer.connection.outbound.waitForRoom(3, 1);
  assert(room !== undefined, "the connection has credit");
  peer.send({ kind: "credit", streamId: 0, bytes: 2 ** 20, messages: 0 });
  await room;
  assertEquals(peer.connection.outbound.waitForRoom(3, 1), undefined);
  assertEquals(peer.connection.outbound.sendMessage(3, new Uint8Array(1)), undefined);
  peer.send({ kind: "cancel", streamId: 1, code: 1, reason: "" });
  await assertStatus(stalled, RpcStatus.CANCELLED);
});

test("Outbound.endStream() leaves out details that are above what the peer takes", async () => {
  for (const [maxMetadataBytes, details] of [[45, 1], [44, 0]] as const) {
    const peer = servePeer({ maxMetadataBytes });
    const retry = { type: "google.rpc.RetryInfo", retryDelayMs: 0 } as const;
    // The text, the type, the value, and a number for each, beside the number of details.
    const text = "Try again soon, now";
    peer.connection.outbound.endStream(
      1,
      ending({ code: RpcStatus.UNAVAILABLE, text, details: [retry] }),
    );
    const [status] = await peer.take();
    assert(status?.kind === "status");
    assertEquals([status.text, status.details.length], [text, details]);
  }
});

test("Outbound.endStream() sends no trailers above what the peer takes, and ends nothing", async () => {
  const peer = servePeer({ maxMetadataBytes: 10 });
  const most = RpcMetadata.from({ "x-a": "1234" });
  const above = RpcMetadata.from({ "x-a": "12345" });
  const words = "found 11 bytes, limit is 10 bytes";
  const { connection } = peer;
  assertThrows(
    () => connection.outbound.endStream(1, ending({ trailers: above })),
    RpcError,
    words,
  );
  assertThrows(() => connection.outbound.endStream(1, ending({ headers: above })), RpcError, words);
  assertThrows(() => connection.outbound.sendHeaders(1, above), RpcError, words);
  assertEquals(await peer.take(), []);
  connection.outbound.sendHeaders(1, most);
  connection.outbound.endStream(1, ending({ trailers: most }));
  assertEquals((await peer.take()).map(({ kind }) => kind), ["headers", "status"]);
});
