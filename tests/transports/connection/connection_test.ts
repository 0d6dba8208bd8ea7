import { encodeBatch } from "../../../src/protocol/batch.ts";
import type { PieceFrame, RpcFrame } from "../../../src/protocol/frame.ts";
import { DEFAULT_LIMITS } from "../../../src/protocol/limits.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { lossByClose } from "../../../src/transports/connection/loss.ts";
import { assert, assertEquals, assertStatus, assertThrows } from "../../support/assert.ts";
import { settle } from "../../support/fake_clock.ts";
import { bytesOf, openFrame, statusFrame } from "../../support/native_frames.ts";
import { RawPeer, wideHello } from "../../support/raw_peer.ts";
import { test } from "../../support/test.ts";
import { ending, opening } from "../../support/transport_pair.ts";

const KIB = 1024;
const PROMPT: RpcFrame = { kind: "prompt", answers: 1 };

/** The one loss of a connection that has ended. */
function lossOf(peer: RawPeer): { code: number; text: string; closeCode: number; by: string } {
  assertEquals(peer.losses.length, 1);
  const [loss] = peer.losses;
  assert(loss !== undefined);
  const { code, text, closeCode, by } = loss;
  return { code, text, closeCode, by };
}

test("Connection says hello first, with its limits, and with it all calls of the turn", async () => {
  const peer = new RawPeer({ isOpen: false, hello: false, limits: { maxStreams: 7 } });
  peer.connection.openStream(opening({ end: true }));
  await settle();
  assertEquals(peer.channel.sent.length, 0);
  peer.channel.open();
  assertEquals(peer.channel.sent.length, 1);
  assertEquals((await peer.take()).map(({ kind }) => kind), ["open"]);
});

test("Connection is ready with the hello of the peer, and says so once", () => {
  const peer = new RawPeer({ hello: false });
  assertEquals([peer.connection.isReady, peer.ready, peer.clock.pending], [false, 0, 1]);
  peer.send(wideHello());
  assertEquals([peer.connection.isReady, peer.ready, peer.clock.pending], [true, 1, 0]);
});

test("Connection refuses another first frame than hello, and a second hello", () => {
  const early = new RawPeer({ hello: false, side: "responder" });
  early.send(openFrame());
  assertEquals(lossOf(early).text, "First frame is open, expected hello");
  const twice = new RawPeer();
  twice.send(wideHello());
  assertEquals(lossOf(twice).text, "Second hello frame");
  for (const { code, closeCode, by } of [lossOf(early), lossOf(twice)]) {
    assertEquals([code, closeCode, by], [RpcStatus.INTERNAL, 4400, "us"]);
  }
  assertEquals(early.messages, []);
});

test("Connection gives up a peer that says nothing for the connect time", async () => {
  const peer = new RawPeer({ hello: false, limits: { connectTimeoutMs: 500 } });
  const id = peer.connection.openStream(opening());
  await peer.clock.advance(499);
  assertEquals(peer.losses, []);
  await peer.clock.advance(1);
  assertEquals(lossOf(peer), {
    code: RpcStatus.UNAVAILABLE,
    text: "Connection was not established within 500 ms",
    closeCode: 4408,
    by: "us",
  });
  assertEquals([peer.kinds(id), peer.clock.pending], [["status"], 0]);
});

test("Connection gives up a socket that does not open for the connect time", async () => {
  const peer = new RawPeer({ isOpen: false, hello: false });
  const id = peer.connection.openStream(opening());
  await peer.clock.advance(30_000);
  assertEquals(lossOf(peer).closeCode, 4408);
  const status = peer.messages.at(-1);
  assert(status?.kind === "status" && status.streamId === id);
  assertEquals(status.maybeExecuted, false);
});

test("Connection ends when the server chose another sub-protocol, and sends nothing to it", async () => {
  const peer = new RawPeer({ isOpen: false, hello: false });
  const id = peer.connection.openStream(opening());
  peer.channel.protocol = "chat";
  peer.channel.open();
  await settle();
  const { code, text, closeCode } = lossOf(peer);
  assertEquals([code, closeCode], [RpcStatus.FAILED_PRECONDITION, 4400]);
  assertEquals(text, 'Peer chose sub-protocol "chat", expected "rpc-ts.v1"');
  assertEquals(peer.channel.sent, []);
  const status = peer.messages.at(-1);
  assert(status?.kind === "status" && status.streamId === id && !status.maybeExecuted);
});

test("Connection answers a ping at once, with its token", async () => {
  const peer = new RawPeer();
  await peer.take();
  peer.send({ kind: "ping", token: 77 });
  assertEquals(await peer.take(), [{ kind: "pong", token: 77 }]);
});

test("Connection ignores pongs and text messages, with one warning for any number of texts", () => {
  const peer = new RawPeer();
  peer.send({ kind: "pong", token: 1 });
  for (let count = 0; count < 1000; count++) peer.channel.receiveText();
  assertEquals([peer.losses, peer.messages], [[], []]);
  assertEquals(peer.records.map(({ level, message }) => `${level} ${message}`), [
    "warn Ignored a text message",
  ]);
});

test("Connection ends with 4400 when bytes are no frames, after what came before them", () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ end: true }));
  peer.channel.receive(new Uint8Array([99, 0, 0, 0]));
  const { code, closeCode, by } = lossOf(peer);
  assertEquals([code, closeCode, by], [RpcStatus.INTERNAL, 4400, "us"]);
  assertEquals(peer.kinds(1), ["open", "cancel"]);
  peer.channel.receive(new Uint8Array([99, 0, 0, 0]));
  peer.channel.end();
  assertEquals(peer.losses.length, 1);
});

test("Connection ends with the failure of its channel", async () => {
  const peer = new RawPeer();
  await peer.take();
  const id = peer.connection.openStream(opening());
  peer.channel.failure = new RpcError(RpcStatus.UNAVAILABLE, "Cannot send: the socket is not open");
  await settle();
  assertEquals(lossOf(peer).code, RpcStatus.UNAVAILABLE);
  assertEquals(peer.kinds(id), ["status"]);
  assertThrows(() => peer.connection.openStream(opening()), RpcError, "the socket is not open");
});

test("Connection ends with whatever its channel throws", async () => {
  const peer = new RawPeer();
  peer.channel.failure = Object.create(null);
  peer.connection.openStream(opening());
  await settle();
  assertEquals(peer.losses.map(({ code }) => code), [RpcStatus.UNAVAILABLE]);
  assertEquals(peer.records.map(({ fields }) => fields["error"]), ["[object]"]);
});

test("Connection.openStream() throws when its own frame cannot leave", async () => {
  const peer = new RawPeer();
  await peer.take();
  peer.channel.failure = new RpcError(RpcStatus.UNAVAILABLE, "Refused");
  const message = new Uint8Array(64 * KIB);
  const error = assertThrows(
    () => peer.connection.openStream(opening({ message })),
    RpcError,
    "Refused",
  );
  assertEquals(error.code, RpcStatus.UNAVAILABLE);
  assertEquals(peer.messages, [], "an end was told of a stream that nobody knows");
});

test("Connection tells all streams when it ends, with the truth about calls that never left", async () => {
  const peer = new RawPeer();
  const sent = peer.connection.openStream(opening());
  await peer.take();
  const unsent = peer.connection.openStream(opening());
  peer.channel.end();
  const ends = peer.messages.flatMap((m) =>
    m.kind === "status" ? [[m.streamId, m.maybeExecuted]] : []
  );
  assertEquals(ends, [[sent, true], [unsent, false]]);
  assertEquals(lossOf(peer).by, "network");
  assertEquals([peer.connection.openStreams, peer.clock.pending], [0, 0]);
});

test("Connection settles everything that waits when it ends", async () => {
  const peer = new RawPeer({ hello: { streamWindowMessages: 0 } });
  const id = peer.connection.openStream(opening());
  const waiting = [1, 2, 3].map(() => peer.connection.outbound.sendMessage(id, bytesOf("x")));
  const refused = waiting.map((one) => assertStatus(one ?? Promise.resolve(), 14, "was lost"));
  peer.channel.end();
  await Promise.all(refused);
  assertThrows(() => peer.connection.outbound.sendMessage(id, bytesOf("x")), RpcError, "not open");
});

test("Connection.close() sends what waits before it closes", async () => {
  const peer = new RawPeer({ side: "responder" });
  await peer.take();
  peer.send(openFrame({ end: true }));
  peer.connection.outbound.endStream(1, ending({ message: bytesOf("last") }));
  peer.connection.close(lossByClose());
  peer.connection.close(lossByClose());
  assertEquals((await peer.take()).map(({ kind }) => kind), ["status"]);
  assertEquals(peer.channel.closes, [{ code: 1000, reason: "Transport closed" }]);
  assertEquals(peer.losses.length, 1);
});

test("Connection.goAway() names the last stream that it accepted and refuses later ones", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ streamId: 5 }));
  peer.connection.goAway("Server stops");
  peer.connection.goAway("Again");
  peer.send(openFrame({ streamId: 7, message: bytesOf("late"), end: true }));
  const [goaway, refusal, ...rest] = await peer.take();
  assertEquals(goaway, { kind: "goaway", lastStreamId: 5, code: 14, reason: "Server stops" });
  assert(refusal?.kind === "status" && refusal.streamId === 7);
  assertEquals([refusal.code, refusal.maybeExecuted, rest], [RpcStatus.UNAVAILABLE, false, []]);
  assertEquals([peer.kinds(7), peer.kinds(5)], [[], ["open"]]);
});

test("Connection ends the calls that a peer which goes away has not accepted", () => {
  const peer = new RawPeer();
  const ids = [1, 2, 3].map(() => peer.connection.openStream(opening()));
  assertEquals(ids, [1, 3, 5]);
  peer.send({ kind: "goaway", lastStreamId: 3, code: 14, reason: "" });
  const status = peer.messages.at(-1);
  assert(status?.kind === "status" && status.streamId === 5 && !status.maybeExecuted);
  assertEquals(status.text, "Peer is going away");
  assertThrows(() => peer.connection.openStream(opening()), RpcError, "Peer is going away");
  peer.send({ kind: "goaway", lastStreamId: 1, code: 14, reason: "Now" }, statusFrame());
  assertEquals([peer.kinds(1), peer.kinds(3), peer.kinds(5)], [["status"], ["status"], ["status"]]);
});

test("Connection frames of one turn leave in one message, control before waiting data", async () => {
  const peer = new RawPeer();
  await peer.take();
  const before = peer.channel.sent.length;
  for (let count = 0; count < 50; count++) peer.connection.openStream(opening({ end: true }));
  peer.send({ kind: "ping", token: 1 });
  assertEquals((await peer.take()).length, 51);
  assertEquals(peer.channel.sent.length, before + 1);
});

test("Connection lets calls pass the data of a stream in a full socket", async () => {
  const peer = new RawPeer({ limits: { maxQueuedBytes: 64 * KIB * KIB } });
  const upload = peer.connection.openStream(opening());
  await peer.take();
  peer.channel.isStalled = true;
  for (let count = 0; count < 128; count++) {
    peer.connection.outbound.sendMessage(upload, new Uint8Array(64 * KIB))?.catch(() => {});
    peer.send({ kind: "credit", streamId: upload, bytes: 64 * KIB, messages: 1 });
  }
  await peer.take();
  assert(peer.channel.bufferedBytes > 2048 * KIB, "the socket is not full");
  peer.connection.openStream(opening({ message: bytesOf("small"), end: true }));
  peer.send({ kind: "ping", token: 5 });
  const cancelled = peer.connection.openStream(opening());
  peer.connection.outbound.cancelStream(cancelled, 1, "");
  const kinds = (await peer.take()).map(({ kind }) => kind);
  assertEquals(kinds, ["open", "pong", "open", "cancel"]);
  assert(peer.channel.bufferedBytes < 2176 * KIB, "data went into a full socket");
  peer.channel.isStalled = false;
  peer.channel.drain();
  const rest = await peer.take();
  assert(rest.length > 60 && rest.every(({ kind }) => kind === "message"), `${rest.length} came`);
});

test("Connection lets data go on when something comes and the socket has drained in silence", async () => {
  const peer = new RawPeer();
  const upload = peer.connection.openStream(opening());
  peer.send({ kind: "credit", streamId: upload, bytes: 1024 * KIB, messages: 64 });
  peer.channel.bufferedBytes = 5 * 1024 * KIB;
  for (let count = 0; count < 16; count++) {
    peer.connection.outbound.sendMessage(upload, new Uint8Array(64 * KIB))?.catch(() => {});
  }
  assertEquals((await peer.take()).filter(({ kind }) => kind === "message").length, 1);
  peer.channel.bufferedBytes = 0;
  peer.send({ kind: "ping", token: 1 });
  assertEquals((await peer.take()).filter(({ kind }) => kind === "message").length, 15);
  peer.connection.close(lossByClose());
});

test("Connection.stats() counts streams, frames, batches and bytes", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame());
  peer.connection.openStream(opening());
  await peer.take();
  const { localStreams, peerStreams, framesSent, batchesSent, bytesSent } = peer.connection.stats();
  assertEquals([localStreams, peerStreams, framesSent], [1, 1, 2]);
  const sent = peer.channel.sent.reduce((sum, { length }) => sum + length, 0);
  assertEquals([batchesSent, bytesSent], [peer.channel.sent.length, sent]);
});

test("Connection ends with 4400 when the peer acknowledges more than was sent", async () => {
  const peer = new RawPeer({ acknowledges: false });
  peer.connection.openStream(opening());
  await peer.take();
  // Hello and pongs are not counted.
  peer.send({ kind: "ping", token: 1 });
  await peer.take();
  peer.send({ kind: "ack", batches: 1 }, { kind: "ack", batches: 1 }, { kind: "ack", batches: 0 });
  assertEquals(peer.losses, []);
  peer.send({ kind: "ack", batches: 2 });
  assertEquals(lossOf(peer), {
    code: RpcStatus.INTERNAL,
    text: "Peer acknowledges 2 batches, more than were sent",
    closeCode: 4400,
    by: "us",
  });
});

test("Connection holds data back that the peer does not acknowledge, and nothing else", async () => {
  const peer = new RawPeer({ acknowledges: false, hello: { streamWindowBytes: 2 ** 30 } });
  const upload = peer.connection.openStream(opening());
  const sent: (Promise<void> | undefined)[] = [];
  for (let count = 0; count < 16; count++) {
    sent.push(peer.connection.outbound.sendMessage(upload, new Uint8Array(64 * KIB)));
  }
  const atOnce = sent.filter((promise) => promise === undefined).length;
  const before = (await peer.take()).filter(({ kind }) => kind === "message").length;
  assert(before === atOnce && before >= 3 && before <= 4, `${before} of 16 were sent`);
  const other = peer.connection.openStream(opening({ message: bytesOf("small"), end: true }));
  peer.connection.outbound.cancelStream(other, 1, "");
  assertEquals((await peer.take()).map(({ kind }) => kind), ["open", "cancel"]);
  peer.send({ kind: "ack", batches: 2 });
  const next = (await peer.take()).filter(({ kind }) => kind === "message").length;
  assert(next >= 1 && next <= 2, `${next} followed`);
  peer.send({ kind: "ack", batches: before + 1 + next });
  assert((await peer.take()).length > 0, "nothing followed");
  assertEquals(peer.losses, []);
  peer.channel.end();
  await Promise.allSettled(sent);
});

test("Connection sends data between calls however many of them are not acknowledged", async () => {
  const peer = new RawPeer({ acknowledges: false, hello: { streamWindowBytes: 2 ** 30 } });
  const upload = peer.connection.openStream(opening());
  const sent = Array.from(
    { length: 16 },
    () => peer.connection.outbound.sendMessage(upload, new Uint8Array(64 * KIB)),
  );
  await peer.take();
  for (let call = 0; call < 8; call++) {
    peer.connection.openStream(opening({ message: new Uint8Array(64 * KIB), end: true }));
  }
  const kinds = (await peer.take()).map(({ kind }) => kind);
  assertEquals(kinds.filter((kind) => kind === "message").length, 4);
  assertEquals(kinds.slice(0, 3), ["open", "open", "message"]);
  peer.channel.end();
  await Promise.allSettled(sent);
});

test("Connection keeps batches as large as they may be on their way round", async () => {
  const caller = new RawPeer();
  for (let call = 0; call < 512; call++) caller.connection.openStream(opening());
  await caller.take();
  caller.send(statusFrame({ streamId: 1 }));
  await settle();
  const { sent } = caller.channel;
  const before = sent.length;
  caller.send(statusFrame({ streamId: 3 }));
  const message = new Uint8Array(16);
  for (let call = 0; call < 512; call++) caller.connection.openStream(opening({ message }));
  await settle();
  assertEquals(sent.slice(before).map(({ length }) => length >> 10), [7, 3]);
});

test("Connection acknowledges 64 batches, and 64 KiB at once", async () => {
  const peer = new RawPeer({ side: "responder" });
  const message = { kind: "message", streamId: 1, more: false, compressed: false } as const;
  peer.send(openFrame());
  for (let count = 0; count < 62; count++) peer.send({ ...message, message: bytesOf("x") });
  peer.send({ kind: "ping", token: 1 });
  await peer.take();
  assertEquals(peer.acks, []);
  peer.send({ ...message, message: bytesOf("x") });
  await peer.take();
  assertEquals(peer.acks, [64]);
  peer.send({ ...message, message: new Uint8Array(60 * KIB) });
  await peer.take();
  assertEquals(peer.acks, [64]);
  peer.send({ ...message, message: new Uint8Array(4 * KIB) });
  await peer.take();
  assertEquals(peer.acks, [64, 66]);
});

test("Connection sends answers within the event of the calls, unless one of them is not answered", async () => {
  const peer = new RawPeer({ side: "responder" });
  await peer.take();
  let unanswered = 0;
  peer.messages.push = ({ streamId }) => {
    if (streamId !== unanswered) peer.connection.outbound.endStream(streamId, ending());
    return 0;
  };
  const sent = (...ids: number[]): number => {
    const before = peer.channel.sent.length;
    peer.send(...ids.map((streamId) => openFrame({ streamId, end: true })));
    return peer.channel.sent.length - before;
  };
  assertEquals([sent(1), sent(3, 5)], [1, 1]);
  unanswered = 9;
  assertEquals([sent(7, 9), sent(11)], [0, 0]);
  peer.connection.outbound.endStream(9, ending());
  assertEquals((await peer.take()).map(({ kind }) => kind), Array(6).fill("status"));
  unanswered = 0;
  assertEquals(sent(13), 1);
});

test("Connection answers a prompt in the same turn, and again 1 ms later where asked", async () => {
  const peer = new RawPeer({ side: "responder" });
  await peer.take();
  peer.send({ kind: "prompt", answers: 1 });
  const before = peer.channel.sent.length;
  for (let turn = 0; turn < 30; turn++) await undefined;
  assertEquals(peer.channel.sent.length, before + 1);
  peer.send(openFrame(), { kind: "prompt", answers: 2 });
  await peer.take();
  assertEquals([peer.acks, peer.clock.pending], [[0, 1], 1]);
  await peer.clock.advance(1);
  await peer.take();
  assertEquals([peer.acks, peer.clock.pending, peer.messages.length], [[0, 1, 1], 0, 1]);
});

test("Connection answers a prompt before hello, and no other frame", async () => {
  const peer = new RawPeer({ hello: false, side: "responder" });
  peer.send({ kind: "prompt", answers: 1 });
  await peer.take();
  assertEquals([peer.acks, peer.losses, peer.connection.isReady], [[0], [], false]);
  peer.send({ kind: "prompt", answers: 1 }, wideHello());
  assertEquals([peer.losses, peer.connection.isReady], [[], true]);
  const wrong = new RawPeer({ hello: false, side: "responder" });
  wrong.send({ kind: "prompt", answers: 1 }, { kind: "ack", batches: 0 });
  assertEquals(lossOf(wrong).text, "First frame is ack, expected hello");
});

/** Cuts a batch of these frames into messages that are pieces of it. */
function piecesOf(pieces: number, ...frames: RpcFrame[]): PieceFrame[] {
  const batch = encodeBatch(nativeWire.createEncoder(DEFAULT_LIMITS), frames);
  const size = Math.ceil(batch.length / pieces);
  return Array.from({ length: pieces }, (_, index) => {
    const piece = batch.subarray(index * size, (index + 1) * size);
    return { kind: "piece", piece, more: index < pieces - 1 };
  });
}

test("Connection answers each piece of a batch at once, and counts the batch once", async () => {
  const peer = new RawPeer({ side: "responder" });
  await peer.take();
  const open = openFrame({ message: new Uint8Array(3000).fill(5), end: true });
  const acks: number[][] = [];
  for (const piece of piecesOf(3, open, { kind: "ping", token: 9 })) {
    peer.send(piece);
    const before = peer.channel.sent.length;
    for (let turn = 0; turn < 30; turn++) await undefined;
    assertEquals(peer.channel.sent.length, before + 1);
    const others = await peer.take();
    acks.push([...peer.acks, others.length, peer.messages.length]);
  }
  assertEquals(acks, [[0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 1, 1]]);
  const [message] = peer.messages;
  assert(message?.kind === "open");
  assertEquals(message.message, open.message);
  assertEquals([peer.losses, peer.clock.pending], [[], 0]);
});

test("Connection takes its hello in pieces, and after a hello the same bytes are a second one", async () => {
  const peer = new RawPeer({ hello: false, side: "responder" });
  const pieces = piecesOf(4, wideHello(), openFrame({ end: true }));
  for (const piece of pieces) {
    assertEquals([peer.connection.isReady, peer.messages.length], [false, 0]);
    peer.send(piece);
  }
  await peer.take();
  assertEquals([peer.connection.isReady, peer.kinds(1), peer.acks], [true, ["open"], [0, 0, 0, 1]]);
  for (const piece of pieces) peer.send(piece);
  assertEquals(lossOf(peer).text, "Second hello frame");
});

test("Connection refuses another first frame than hello in pieces too", () => {
  const peer = new RawPeer({ hello: false, side: "responder" });
  for (const piece of piecesOf(2, openFrame())) peer.send(piece);
  assertEquals(lossOf(peer).text, "First frame is open, expected hello");
});

test("Connection gives up a peer that says hello in pieces without end", async () => {
  const peer = new RawPeer({ hello: false, limits: { connectTimeoutMs: 500 } });
  for (let count = 0; count < 5; count++) {
    peer.send({ kind: "piece", piece: Uint8Array.of(1), more: true });
    await peer.clock.advance(100);
  }
  assertEquals([lossOf(peer).closeCode, peer.clock.pending], [4408, 0]);
});

test("Connection ends with 4400 when something comes between pieces, and handles none of it", () => {
  const between: RpcFrame[][] = [[openFrame()], [{ kind: "ack", batches: 0 }], [PROMPT], [
    PROMPT,
    PROMPT,
  ]];
  for (const frames of between) {
    const peer = new RawPeer({ side: "responder" });
    const [first, last] = piecesOf(2, openFrame({ streamId: 3 }));
    assert(first !== undefined && last !== undefined);
    peer.send(first);
    peer.channel.receiveText();
    peer.send(...frames);
    peer.send(last);
    const { text, closeCode } = lossOf(peer);
    assert(text.startsWith("Cannot join pieces: found "), text);
    assertEquals([closeCode, peer.messages], [4400, []]);
  }
});

test("Connection ends with 4413 when pieces are more than a batch may be", async () => {
  const peer = new RawPeer({ side: "responder" });
  const piece = new Uint8Array(128 * KIB);
  for (let count = 0; count < 100 && peer.losses.length === 0; count++) {
    peer.send({ kind: "piece", piece, more: true });
    await peer.take();
  }
  const limit = 1024 * KIB + 3 * 64 * KIB;
  assertEquals([lossOf(peer).closeCode, peer.acks.length], [
    4413,
    Math.floor(limit / piece.length),
  ]);
  assert(
    lossOf(peer).text.endsWith(`they have ${limit + 64 * KIB} bytes, limit is ${limit} bytes`),
  );
});

test("Connection handles the rest of no batch in pieces when a frame of it ended it", () => {
  const peer = new RawPeer({ side: "responder" });
  const push = peer.messages.push.bind(peer.messages);
  peer.messages.push = (message) => {
    peer.connection.close(lossByClose());
    return push(message);
  };
  for (const piece of piecesOf(3, openFrame(), openFrame({ streamId: 3 }))) peer.send(piece);
  assertEquals([peer.kinds(3), peer.losses.length, peer.clock.pending], [[], 1, 0]);
  peer.send({ kind: "piece", piece: Uint8Array.of(1), more: true });
  assertEquals(peer.losses.length, 1);
});

test("Connection leaves no answer to a prompt pending when it ends", () => {
  const before = new RawPeer();
  before.send({ kind: "prompt", answers: 2 });
  before.connection.close(lossByClose());
  const within = new RawPeer({ side: "responder" });
  const push = within.messages.push.bind(within.messages);
  within.messages.push = (message) => {
    within.connection.close(lossByClose());
    return push(message);
  };
  within.send({ kind: "prompt", answers: 2 }, openFrame());
  for (const { clock, losses } of [before, within]) {
    assertEquals([clock.pending, losses.length], [0, 1]);
  }
});

test("Connection bears any number of prompts and acknowledgements, and answers once a batch", async () => {
  const peer = new RawPeer({ side: "responder" });
  await peer.take();
  const before = peer.channel.sent.length;
  const prompts = Array.from({ length: 10_000 }, () => ({ kind: "prompt", answers: 2 }) as const);
  const acks = Array.from({ length: 10_000 }, () => ({ kind: "ack", batches: 0 }) as const);
  peer.send(...prompts, ...acks);
  await peer.clock.advance(1);
  await peer.take();
  assertEquals([peer.channel.sent.length - before, peer.acks, peer.losses], [2, [0, 0], []]);
});
