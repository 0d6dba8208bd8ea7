import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import type { RpcFrame } from "../../../src/protocol/frame.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { countFault, notExecuted } from "../../../src/transports/connection/inbound.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { bytesOf, openFrame, statusFrame } from "../../support/native_frames.ts";
import { RawPeer } from "../../support/raw_peer.ts";
import { test } from "../../support/test.ts";
import { opening } from "../../support/transport_pair.ts";

function message(streamId: number, text = "x", more = false): RpcFrame {
  return { kind: "message", streamId, message: bytesOf(text), more, compressed: false };
}

function halfClose(streamId: number, messages: number): RpcFrame {
  return { kind: "halfClose", streamId, messages };
}

/** A connection that serves, with stream 1 open. */
function servePeer(limits = {}): RawPeer {
  const peer = new RawPeer({ side: "responder", limits });
  peer.send(openFrame());
  return peer;
}

/** Fails unless the only answer is the end of stream 1 with this status. */
async function assertFailed(peer: RawPeer, code: number, words: string): Promise<void> {
  const frames = await peer.take();
  const [frame] = frames;
  assertEquals(frames.length, 1);
  assert(frame?.kind === "status" && frame.code === code, `the answer is ${frame?.kind}`);
  assert(frame.text.includes(words), `"${frame.text}" does not contain "${words}"`);
  assertEquals(peer.kinds(1).at(-1), "cancel");
  // What came before the fault is read all the same.
  for (const kind of peer.kinds(1)) if (kind === "message") peer.connection.releaseMessage(1, 1);
  assertEquals([peer.losses, peer.connection.openStreams], [[], 0]);
}

/** Fails unless the connection ended with 4400 and these words. */
function assertEnded(peer: RawPeer, words: string): void {
  const [loss] = peer.losses;
  assert(loss !== undefined, "the connection goes on");
  assertEquals([loss.code, loss.closeCode, loss.by], [RpcStatus.INTERNAL, 4400, "us"]);
  assert(loss.text.includes(words), `"${loss.text}" does not contain "${words}"`);
  assertEquals(peer.channel.closes, [{ code: 4400, reason: loss.text }]);
}

test("Inbound hands over an opening and keeps what it ends", () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ message: bytesOf("all"), end: true }));
  assertEquals(peer.kinds(1), ["open"]);
  peer.send(message(1));
  assertEquals(peer.kinds(1), ["open", "cancel"]);
});

test("Inbound ends the connection when the peer opens a stream of this side", () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ streamId: 2 }));
  assertEnded(peer, "Stream 2 cannot be opened");
});

test("Inbound ends the connection when an id is used twice or goes back", () => {
  for (const second of [5, 3]) {
    const peer = new RawPeer({ side: "responder" });
    peer.send(openFrame({ streamId: 5 }));
    peer.send({ kind: "cancel", streamId: 5, code: 1, reason: "" });
    peer.send(openFrame({ streamId: second }));
    assertEnded(peer, `Stream ${second} cannot be opened`);
  }
});

test("Inbound refuses streams above the limit and takes new ones when others have ended", async () => {
  const peer = new RawPeer({ side: "responder", limits: { maxStreams: 2 } });
  for (const streamId of [1, 3, 5]) peer.send(openFrame({ streamId }));
  const [refusal, ...rest] = await peer.take();
  assert(refusal?.kind === "status" && refusal.streamId === 5);
  assertEquals([refusal.code, refusal.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
  assertEquals([refusal.text, rest], ["Too many concurrent streams (max: 2)", []]);
  assertEquals(peer.kinds(5), []);
  peer.send(message(5), { kind: "cancel", streamId: 5, code: 1, reason: "" });
  peer.send({ kind: "cancel", streamId: 1, code: 1, reason: "" }, openFrame({ streamId: 7 }));
  assertEquals([peer.kinds(7), await peer.take(), peer.losses], [["open"], [], []]);
});

test("Inbound refuses a call whose path or headers break the rules, and counts it", async () => {
  const peer = new RawPeer({ side: "responder", limits: { maxHeaders: 1 } });
  const headers = RpcMetadata.from({ "x-a": "1", "x-b": "2" });
  peer.send(openFrame({ headers }));
  const [refusal] = await peer.take();
  assert(refusal?.kind === "status" && refusal.code === RpcStatus.RESOURCE_EXHAUSTED);
  assertEquals([peer.messages, peer.connection.openStreams], [[], 0]);
  for (let count = 1; count < 256; count++) {
    peer.send(openFrame({ streamId: 1 + 2 * count, headers }));
  }
  assertEquals(peer.losses, []);
  peer.send(openFrame({ streamId: 1001, headers }));
  assertEnded(peer, "More than 256 frames had to be refused");
});

test("Inbound joins the fragments of a message, those of other streams between them", () => {
  const peer = servePeer();
  peer.send(openFrame({ streamId: 3 }), message(1, "one ", true), message(3, "other"));
  peer.send(message(1, "and ", true), message(1, "two"));
  assertEquals(peer.kinds(1), ["open", "message"]);
  const found = peer.messages.find(({ kind, streamId }) => kind === "message" && streamId === 1);
  assert(found?.kind === "message");
  assertEquals([found.message, found.more], [bytesOf("one and two"), false]);
});

test("Inbound hands over an opening before its message has come whole", () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ message: bytesOf("one "), more: true, end: true }));
  const [open] = peer.messages;
  assert(open?.kind === "open");
  assertEquals([open.message, open.more, open.end], [undefined, false, false]);
  peer.send(message(1, "two"));
  assertEquals(peer.kinds(1), ["open", "message", "halfClose"]);
  peer.send(message(1, "three"));
  assertEquals(peer.kinds(1).at(-1), "cancel");
});

test("Inbound fails a stream whose message is above the limit, whole or in fragments", async () => {
  const words = "Received message larger than max (11 vs. 10)";
  const limits = { maxMessageBytes: 10 };
  const ways: RpcFrame[][] = [
    [openFrame({ streamId: 3, message: new Uint8Array(11) })],
    [openFrame({ streamId: 3 }), message(3, "eleven byte")],
    [openFrame({ streamId: 3 }), message(3, "eleven", true), message(3, " byte", true)],
    [openFrame({ streamId: 3, message: bytesOf("eleven"), more: true }), message(3, " byte")],
  ];
  for (const frames of ways) {
    const peer = new RawPeer({ side: "responder", limits });
    peer.send(openFrame({ message: new Uint8Array(10) }), message(1, "ten bytes!"));
    assertEquals(peer.kinds(1), ["open", "message"]);
    peer.send(...frames);
    const [status, ...rest] = await peer.take();
    assert(status?.kind === "status" && status.streamId === 3, `the answer is ${status?.kind}`);
    assertEquals([status.code, status.text], [RpcStatus.RESOURCE_EXHAUSTED, words]);
    assertEquals([rest, peer.losses, peer.connection.openStreams], [[], [], 1]);
    assert(!peer.kinds(3).includes("message"), "a message above the limit was handed over");
  }
});

test("Inbound gives the credit of a message above the limit back to the connection", async () => {
  const peer = servePeer({ maxMessageBytes: 10, connectionWindowBytes: 1 });
  for (let count = 0; count < 100; count++) {
    peer.send(openFrame({ streamId: 3 + 2 * count }), message(3 + 2 * count, "eleven byte"));
  }
  const frames = await peer.take();
  const granted = frames.reduce((sum, f) => f.kind === "credit" ? sum + f.bytes : sum, 0);
  // Eleven bytes each, and what a frame costs beside them.
  assertEquals([granted, peer.losses], [100 * (11 + 256), []]);
});

test("Inbound fails a response above the limit at the caller, with what came before", async () => {
  const peer = new RawPeer({ limits: { maxMessageBytes: 10 } });
  const id = peer.connection.openStream(opening({ end: true }));
  await peer.take();
  peer.send(message(id, "small"), message(id, "eleven byte"));
  assertEquals(peer.kinds(id), ["message", "status"]);
  const end = peer.messages.at(-1);
  assert(end?.kind === "status" && end.code === RpcStatus.RESOURCE_EXHAUSTED);
  const [cancel] = await peer.take();
  assert(cancel?.kind === "cancel" && cancel.code === RpcStatus.RESOURCE_EXHAUSTED);
  const next = peer.connection.openStream(opening({ end: true }));
  peer.send(statusFrame({ streamId: next, message: new Uint8Array(11), messages: 1 }));
  const status = peer.messages.at(-1);
  assert(status?.kind === "status" && status.streamId === next);
  assertEquals([status.code, status.message], [RpcStatus.RESOURCE_EXHAUSTED, undefined]);
});

test("Inbound fails a message after the half-close", async () => {
  const peer = servePeer();
  peer.send(halfClose(1, 0), message(1));
  await assertFailed(peer, RpcStatus.INTERNAL, "Message after the end of the stream");
});

test("Inbound fails a second half-close", async () => {
  const peer = servePeer();
  peer.send(halfClose(1, 0), halfClose(1, 0));
  await assertFailed(peer, RpcStatus.INTERNAL, "Requests ended twice");
});

test("Inbound fails a half-close within a message", async () => {
  const peer = servePeer();
  peer.send(message(1, "part", true), halfClose(1, 1));
  await assertFailed(peer, RpcStatus.INVALID_ARGUMENT, "closed mid-message");
});

test("Inbound finds lost requests by their count", async () => {
  for (const count of [0, 2]) {
    const peer = servePeer();
    peer.send(message(1), halfClose(1, count));
    const words = `Messages were lost: 1 came, ${count} were sent`;
    await assertFailed(peer, RpcStatus.DATA_LOSS, words);
  }
});

test("Inbound finds lost responses by their count", async () => {
  for (const [count, code] of [[1, RpcStatus.DATA_LOSS], [2, 0], [3, RpcStatus.DATA_LOSS]]) {
    const peer = new RawPeer();
    const id = peer.connection.openStream(opening({ end: true }));
    await peer.take();
    const messages = count ?? 0;
    peer.send(message(id), statusFrame({ streamId: id, message: bytesOf("last"), messages }));
    const status = peer.messages.at(-1);
    assert(status?.kind === "status");
    assertEquals(status.code, code);
    assertEquals(status.message === undefined, code !== 0);
  }
});

test("Inbound takes a failure as it is, whatever its count", () => {
  const peer = new RawPeer();
  const id = peer.connection.openStream(opening({ end: true }));
  peer.send(message(id, "part", true));
  peer.send(statusFrame({ streamId: id, code: 5, text: "No such room", messages: 7 }));
  const status = peer.messages.at(-1);
  assert(status?.kind === "status");
  assertEquals([status.code, status.text], [5, "No such room"]);
});

test("Inbound takes a success within a message for a loss", () => {
  const peer = new RawPeer();
  const id = peer.connection.openStream(opening({ end: true }));
  peer.send(message(id, "part", true), statusFrame({ streamId: id, messages: 1 }));
  const status = peer.messages.at(-1);
  assert(status?.kind === "status");
  assertEquals([status.code, status.text], [15, "Response ended within a message"]);
});

test("Inbound ends the connection when its window is overrun", () => {
  const limits = { connectionWindowBytes: 1024 * 1024 };
  const peer = new RawPeer({ side: "responder", limits });
  const bytes = new Uint8Array(64 * 1024);
  for (let count = 0; count < 17; count++) {
    assertEquals(peer.losses, [], `the connection ended after ${count} messages`);
    const streamId = 1 + 2 * Math.floor(count / 3);
    if (count % 3 === 0) peer.send(openFrame({ streamId }));
    peer.send({ kind: "message", streamId, message: bytes, more: false, compressed: false });
  }
  const more = "65536 bytes more than 1048576 bytes";
  assertEnded(peer, `Peer sent data beyond the window of the connection: ${more}`);
});

test("Inbound fails the stream whose window is overrun, and no other", async () => {
  const peer = servePeer({ streamWindowBytes: 64 * 1024, streamWindowMessages: 64 });
  peer.send(openFrame({ streamId: 3 }));
  for (let count = 0; count < 64; count++) peer.send(message(1));
  assertEquals(await peer.take(), []);
  peer.send(message(1), message(3));
  const [status, ...rest] = await peer.take();
  assert(status?.kind === "status" && status.streamId === 1);
  assertEquals(status.code, RpcStatus.RESOURCE_EXHAUSTED);
  assertEquals(
    status.text,
    "Peer sent data beyond the window of the stream: " +
      "0 bytes and 1 messages more than 65536 bytes and 64 messages",
  );
  assertEquals([rest, peer.kinds(3), peer.losses], [[], ["open", "message"], []]);
});

test("Inbound keeps no trace of 20 000 frames on streams that never were", async () => {
  const peer = new RawPeer();
  for (let index = 0; index < 5000; index++) {
    const id = 1001 + index;
    peer.send(message(id, "ghost"), halfClose(id, 1), statusFrame({ streamId: id }));
    peer.send({ kind: "credit", streamId: id, bytes: 10, messages: 1 });
  }
  assertEquals([peer.messages, peer.losses, peer.connection.openStreams], [[], [], 0]);
  const frames = await peer.take();
  assert(frames.every(({ kind }) => kind === "credit"), "ghosts were answered");
  assert(frames.length < 10);
  const id = peer.connection.openStream(opening({ end: true }));
  peer.send(statusFrame({ streamId: id }));
  assertEquals(peer.kinds(id), ["status"]);
});

test("Inbound pays the connection for data that nobody wants", async () => {
  const peer = new RawPeer({ limits: { connectionWindowBytes: 16 * 1024 * 1024 } });
  const id = peer.connection.openStream(opening());
  peer.connection.outbound.cancelStream(id, RpcStatus.CANCELLED, "");
  await peer.take();
  const bytes = new Uint8Array(64 * 1024);
  for (let count = 0; count < 1024; count++) {
    peer.send({ kind: "message", streamId: id, message: bytes, more: false, compressed: false });
  }
  assertEquals([peer.messages, peer.losses], [[], []]);
  const granted = (await peer.take()).reduce(
    (sum, f) => f.kind === "credit" ? sum + f.bytes : 0,
    0,
  );
  assert(granted >= 48 * 1024 * 1024, `${granted} bytes were granted`);
});

test("Inbound refuses frames that only the other side may send, and bears 256 of them", async () => {
  const peer = servePeer();
  const own = peer.connection.openStream(opening());
  await peer.take();
  const wrong: RpcFrame[] = [
    statusFrame(),
    { kind: "headers", streamId: 1, headers: RpcMetadata.empty },
    halfClose(own, 0),
    { kind: "cancel", streamId: own, code: 1, reason: "" },
  ];
  for (let round = 0; round < 64; round++) peer.send(...wrong);
  assertEquals([peer.kinds(1), peer.kinds(own), peer.losses], [["open"], [], []]);
  peer.send(statusFrame());
  assertEnded(peer, "More than 256 frames had to be refused");
});

test("Inbound ignores what comes for streams that are over", async () => {
  const peer = servePeer();
  const own = peer.connection.openStream(opening());
  peer.connection.outbound.cancelStream(own, 1, "");
  peer.send({ kind: "cancel", streamId: 1, code: 1, reason: "" });
  await peer.take();
  for (let round = 0; round < 300; round++) {
    peer.send(statusFrame({ streamId: own }), message(1), message(own), halfClose(1, 0));
    peer.send({ kind: "credit", streamId: 1, bytes: 1, messages: 1 });
  }
  assertEquals([peer.kinds(own), peer.kinds(1), peer.losses], [[], ["open", "cancel"], []]);
});

test("Inbound refuses compressed messages, which it cannot undo", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ message: bytesOf("x"), compressed: true, end: true }));
  peer.send(openFrame({ streamId: 3 }));
  const { ...plain } = {
    kind: "message",
    streamId: 3,
    message: bytesOf("x"),
    more: false,
  } as const;
  peer.send({ ...plain, compressed: true });
  const frames = await peer.take();
  assertEquals(frames.map((f) => f.kind === "status" && f.code), [13, 13]);
  assertEquals(peer.losses, []);
});

test("Inbound fails a call whose response headers break the rules", async () => {
  const peer = new RawPeer({ limits: { maxHeaders: 1 } });
  const id = peer.connection.openStream(opening({ end: true }));
  await peer.take();
  const headers = RpcMetadata.from({ "x-a": "1", "x-b": "2" });
  peer.send({ kind: "headers", streamId: id, headers });
  const status = peer.messages.at(-1);
  assert(status?.kind === "status" && status.code === RpcStatus.RESOURCE_EXHAUSTED);
  assertEquals((await peer.take()).map(({ kind }) => kind), ["cancel"]);
});

test("Inbound keeps the failure of a call whose trailers break the rules", () => {
  for (const [sent, found] of [[0, RpcStatus.RESOURCE_EXHAUSTED], [5, 5]]) {
    const peer = new RawPeer({ limits: { maxHeaders: 1 } });
    const id = peer.connection.openStream(opening({ end: true }));
    const trailers = RpcMetadata.from({ "x-a": "1", "x-b": "2" });
    peer.send(statusFrame({ streamId: id, code: sent ?? 0, trailers }));
    const status = peer.messages.at(-1);
    assert(status?.kind === "status");
    assertEquals([status.code, status.trailers.size], [found, 0]);
  }
});

test("notExecuted() says that a retry is safe, and when there is room again", () => {
  const error = notExecuted("RESOURCE_EXHAUSTED", "Full");
  assertEquals([error.code, error.maybeExecuted, error.details.length], [8, false, 1]);
  assertEquals(notExecuted("UNAVAILABLE", "Gone").details.length, 0);
});

test("countFault() finds nothing where the wire does not count", () => {
  assertEquals(countFault({ receivedMessages: 3 }, undefined), undefined);
  assertEquals(countFault({ receivedMessages: 3 }, 3), undefined);
  assertThrows(
    () => {
      throw countFault({ receivedMessages: 3 }, 4);
    },
    RpcError,
    "3 came, 4 were sent",
  );
});

/** Opens streams and cancels them at once; answers the statuses that came back. */
async function resetRapidly(peer: RawPeer, first: number, count: number): Promise<RpcFrame[]> {
  for (let index = 0; index < count; index++) {
    const streamId = first + 2 * index;
    peer.send(openFrame({ streamId }), { kind: "cancel", streamId, code: 1, reason: "" });
  }
  return await peer.take();
}

test("Inbound refuses streams above the rate, although none is open, and takes them later", async () => {
  const peer = new RawPeer({
    side: "responder",
    limits: { streamsPerSecond: 10, streamBurst: 100 },
  });
  assertEquals(await resetRapidly(peer, 1, 100), []);
  const refused = await resetRapidly(peer, 1001, 3);
  assertEquals(refused.map(({ kind }) => kind), ["status", "status", "status"]);
  const [status] = refused;
  assert(status?.kind === "status");
  assertEquals([status.code, status.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
  assertEquals(status.text, "Too many streams opened (max: 10 a second)");
  assertEquals(status.details, [{ type: "google.rpc.RetryInfo", retryDelayMs: 1000 }]);
  await peer.clock.advance(1000);
  assertEquals(await resetRapidly(peer, 2001, 10), []);
  assertEquals((await resetRapidly(peer, 3001, 1)).length, 1);
  assertEquals([peer.losses, peer.connection.openStreams], [[], 0]);
});

test("Inbound bears a burst of 65 536 streams unless it is told otherwise", async () => {
  const peer = new RawPeer({ side: "responder" });
  assertEquals(await resetRapidly(peer, 1, 65_536), []);
  assertEquals((await resetRapidly(peer, 200_001, 1)).length, 1);
  assertEquals(peer.losses, []);
});

test("Inbound bounds the messages that are not whole, on all streams together", async () => {
  const limits = { maxMessageBytes: 64 * 1024 };
  const peer = new RawPeer({ side: "responder", limits });
  const bytes = new Uint8Array(32 * 1024);
  // Sixteen of the largest messages: half of each in the opening, half after it.
  for (let streamId = 1; streamId < 64; streamId += 2) {
    peer.send(openFrame({ streamId, message: bytes, more: true }));
  }
  assertEquals(peer.connection.openStreams, 32);
  await peer.take();
  // What is paid for may go on, within the window.
  peer.send({ kind: "message", streamId: 1, message: bytesOf("x"), more: true, compressed: false });
  assertEquals(await peer.take(), []);
  peer.send(openFrame({ streamId: 65, message: bytes, more: true }));
  const [status] = await peer.take();
  assert(status?.kind === "status" && status.streamId === 65);
  assertEquals([status.code, status.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
  assert(status.text.startsWith("Too many large messages at once: "), status.text);
  // The room of one that ended is free again.
  peer.send({ kind: "cancel", streamId: 1, code: 1, reason: "" });
  peer.send(openFrame({ streamId: 101, message: bytes, more: true }));
  peer.send(openFrame({ streamId: 103, message: bytes, more: true }));
  const answers = await peer.take();
  assertEquals(answers.map((frame) => frame.kind === "status" ? frame.streamId : 0), [103]);
  // A message that is whole at once needs no room.
  peer.send(openFrame({ streamId: 105, message: bytesOf("whole"), end: true }));
  assertEquals([peer.kinds(105), peer.losses], [["open"], []]);
});
