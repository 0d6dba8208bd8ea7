/** Compression on one connection, frame by frame: what is agreed, what goes out, and in what order. */
import type { RpcFrame, StatusFrame } from "../../../src/protocol/frame.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { RpcCompressedMessage } from "../../../src/transports/compressed_message.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStatus,
  assertThrows,
} from "../../support/assert.ts";
import { gunzip, gzip, noise, withoutGzip } from "../../support/gzip.ts";
import { bytesOf, openFrame, statusFrame } from "../../support/native_frames.ts";
import { RawPeer, type RawPeerOptions } from "../../support/raw_peer.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { test } from "../../support/test.ts";
import { ending, opening } from "../../support/transport_pair.ts";
import { decodeBatch } from "../../../src/protocol/batch.ts";
import { MAX_FRAGMENT_BYTES, MESSAGE_COST_BYTES } from "../../../src/protocol/native/constants.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { createLimits } from "../../../src/protocol/limits.ts";

const KIB = 1024;
/** What the largest frame costs the connection. */
const FRAME_COST = MAX_FRAGMENT_BYTES + MESSAGE_COST_BYTES;
const TEXT = bytesOf("all the same, ".repeat(200));

function message(streamId: number, bytes: Uint8Array, given: Partial<RpcFrame> = {}): RpcFrame {
  // The kinds of the two are the same.
  return {
    kind: "message",
    streamId,
    message: bytes,
    more: false,
    compressed: true,
    ...given,
  } as RpcFrame;
}

/** A connection whose peer can undo gzip. */
function connect(options: RawPeerOptions = {}): RawPeer {
  const { hello = {}, ...rest } = options;
  const said = hello === false ? hello : { compressions: ["gzip"], ...hello };
  return new RawPeer({ compressMinBytes: 21, ...rest, hello: said });
}

/** What went out, one word a frame; compressed ones with what is in them. */
function words(frames: readonly RpcFrame[]): string[] {
  return frames.map((frame) => {
    const bytes = "message" in frame ? frame.message : undefined;
    const flags = "compressed" in frame && frame.compressed ? "gzip:" : "";
    const size = bytes === undefined
      ? ""
      : ` ${flags}${flags === "" ? bytes.length : gunzip(bytes).length}`;
    const end = frame.kind === "open" && frame.end ? " end" : "";
    return `${frame.kind}${size}${end}`;
  });
}

/** Waits for compressed frames as well: the next turns of the loop. */
async function take(peer: RawPeer): Promise<RpcFrame[]> {
  const frames: RpcFrame[] = [];
  for (let turn = 0; turn < 5; turn++) frames.push(...await peer.take());
  return frames;
}

function announced(peer: RawPeer): readonly string[] {
  const [first] = peer.channel.sent;
  assert(first !== undefined);
  const [hello] = decodeBatch(nativeWire.createDecoder(createLimits()), first);
  assert(hello?.kind === "hello");
  return hello.compressions;
}

/** The message of the last frame of a kind that came in, inflated. */
function lastCompressed(peer: RawPeer): RpcCompressedMessage {
  const last = peer.messages.findLast((one) => "message" in one && one.message !== undefined);
  assert(last !== undefined && "message" in last && last.message instanceof RpcCompressedMessage);
  return last.message;
}

test("Connection announces no compression unless it is on and the platform has it", async () => {
  const off = new RawPeer();
  await take(off);
  assertEquals(announced(off), []);
  const on = connect();
  await take(on);
  assertEquals(announced(on), ["gzip"]);
  await withoutGzip(async () => {
    const lacking = connect({ side: "responder" });
    lacking.send(openFrame({ message: TEXT, end: true }));
    lacking.connection.outbound.endStream(1, ending({ message: TEXT }));
    assertEquals([announced(lacking), words(await take(lacking))], [[], [`status ${TEXT.length}`]]);
  });
});

test("Connection sends nothing compressed unless both sides have announced it", async () => {
  const cases: RawPeerOptions[] = [
    { side: "responder", compressMinBytes: 21, hello: {} },
    { side: "responder", compressMinBytes: 21, hello: { compressions: ["br", "Identity"] } },
    { side: "responder", hello: { compressions: ["gzip"] } },
  ];
  for (const options of cases) {
    const peer = new RawPeer(options);
    peer.send(openFrame());
    assertEquals(peer.connection.outbound.sendMessage(1, TEXT), undefined);
    peer.connection.outbound.endStream(1, ending({ message: TEXT }));
    assertEquals(words(await take(peer)), [`message ${TEXT.length}`, `status ${TEXT.length}`]);
  }
});

test("Connection ends a call with INTERNAL whose message is compressed without agreement", async () => {
  for (const hello of [{}, { compressions: ["br"] }]) {
    for (const compressMinBytes of [undefined, 21]) {
      const options = compressMinBytes === undefined ? {} : { compressMinBytes };
      const agreed = compressMinBytes === undefined ? { compressions: ["gzip"] } : hello;
      const peer = new RawPeer({ ...options, side: "responder", hello: agreed });
      peer.send(openFrame({ message: gzip(TEXT), compressed: true, end: true }));
      peer.send(openFrame({ streamId: 3 }), message(3, gzip(TEXT)));
      const answers = (await take(peer)).filter((frame) => frame.kind === "status");
      assertEquals(answers.map(({ code }) => code), [RpcStatus.INTERNAL, RpcStatus.INTERNAL]);
      // The first was refused before anybody heard of it.
      assertEquals([peer.kinds(1), peer.kinds(3), peer.losses], [[], ["open", "cancel"], []]);
    }
  }
});

test("Connection sends an opening at once and its message compressed behind it", async () => {
  const peer = connect();
  const first = peer.connection.openStream(opening({ message: TEXT, end: true }));
  const second = peer.connection.openStream(opening({ message: bytesOf("short"), end: true }));
  const frames = await take(peer);
  assertEquals(words(frames), [
    "open",
    "open 5 end",
    `message gzip:${TEXT.length}`,
    "halfClose",
  ]);
  assertEquals(frames.map((frame) => "streamId" in frame && frame.streamId), [
    first,
    second,
    first,
    first,
  ]);
  const end = frames.at(-1);
  assert(end?.kind === "halfClose" && end.messages === 1);
  assertEquals(peer.connection.stats().queuedBytes, 0);
});

test("Connection sends an opening as it is where its message would have to wait for credit", async () => {
  const tight = [
    { connectionWindowBytes: FRAME_COST },
    { streamWindowMessages: 0 },
    { streamWindowBytes: 0 },
  ];
  for (const hello of tight) {
    const peer = connect({ hello });
    peer.connection.openStream(opening({ message: TEXT, end: true }));
    assertEquals(words(await take(peer)), [`open ${TEXT.length} end`]);
  }
});

test("Connection keeps no credit aside for an opening that is refused", async () => {
  const peer = connect({ hello: { connectionWindowBytes: 2 * FRAME_COST } });
  for (const refused of [{ path: "/" }, { timeoutMs: NaN }, { path: "/" }]) {
    assertThrows(() => peer.connection.openStream(opening({ ...refused, message: TEXT })), Error);
  }
  const id = peer.connection.openStream(opening({ message: TEXT, end: true }));
  const frames = await take(peer);
  assertEquals(words(frames), ["open", `message gzip:${TEXT.length}`, "halfClose"]);
  assertEquals(id, 1);
});

test("Connection sets credit aside for the message of an opening, and gives it back", async () => {
  const peer = connect({ hello: { connectionWindowBytes: FRAME_COST + 1 } });
  const cancelled = peer.connection.openStream(opening({ message: TEXT, end: true }));
  const other = peer.connection.openStream(opening());
  // One byte of credit is left; a frame may pass it, and the next one waits.
  void peer.connection.outbound.sendMessage(other, noise(20));
  const waiting = peer.connection.outbound.sendMessage(other, noise(20));
  assert(waiting !== undefined, "it did not wait for credit");
  peer.connection.outbound.cancelStream(cancelled, 1, "");
  await waiting;
  const frames = await take(peer);
  assertEquals(words(frames), ["open", "open", "message 20", "cancel", "message 20"]);
  // With the credit of another stream used up, the one set aside is there.
  const next = connect({ hello: { connectionWindowBytes: FRAME_COST + 1 } });
  next.connection.openStream(opening({ message: TEXT, end: true }));
  const greedy = next.connection.openStream(opening());
  void next.connection.outbound.sendMessage(greedy, noise(20));
  const starved = next.connection.outbound.sendMessage(greedy, noise(20));
  await take(next);
  await starved;
  assertEquals(next.connection.stats().queuedBytes, 0);
});

test("Connection compresses a first message that does not fit into a frame", async () => {
  const peer = connect();
  const large = new Uint8Array(2 * MAX_FRAGMENT_BYTES).fill(7);
  peer.connection.openStream(opening({ message: large, end: true }));
  assertEquals(words(await take(peer)), ["open", `message gzip:${large.length}`, "halfClose"]);
  peer.connection.openStream(opening({ message: noise(MAX_FRAGMENT_BYTES + 7), end: true }));
  const fragments = words(await take(peer));
  assertEquals(fragments, ["open", `message ${MAX_FRAGMENT_BYTES}`, "message 7", "halfClose"]);
});

test("Connection keeps the order of a stream around a message that is being compressed", async () => {
  const peer = connect({ side: "responder" });
  peer.send(openFrame());
  const { connection } = peer;
  const sent = [
    connection.outbound.sendMessage(1, bytesOf("before")),
    connection.outbound.sendMessage(1, TEXT),
    connection.outbound.sendMessage(1, bytesOf("after")),
    connection.outbound.sendMessage(1, noise(500)),
  ];
  assertEquals(sent.map((promise) => promise === undefined), [true, false, false, false]);
  connection.outbound.endStream(1, ending({ message: TEXT }));
  assert((connection.stats().queuedBytes ?? 0) >= 2 * TEXT.length + 505);
  assertEquals(words(await take(peer)), [
    "message 6",
    `message gzip:${TEXT.length}`,
    "message 5",
    "message 500",
    `status gzip:${TEXT.length}`,
  ]);
  await Promise.all(sent);
  assertEquals([connection.stats().queuedBytes, connection.openStreams], [0, 0]);
});

test("Connection sends the end of a call with its message compressed in the same frame", async () => {
  const peer = connect({ side: "responder" });
  peer.send(openFrame({ end: true }), openFrame({ streamId: 3, end: true }));
  peer.connection.outbound.endStream(1, ending({ message: TEXT }));
  peer.connection.outbound.endStream(3, ending({ message: noise(100) }));
  const frames = await take(peer);
  const byStream = (id: number): StatusFrame | undefined =>
    frames.find((frame): frame is StatusFrame => frame.kind === "status" && frame.streamId === id);
  assertEquals([byStream(1)?.compressed, byStream(1)?.messages], [true, 1]);
  assertEquals(gunzip(byStream(1)?.message ?? new Uint8Array()), TEXT);
  assertEquals([byStream(3)?.compressed, byStream(3)?.message], [false, noise(100)]);
});

test("Connection compresses a large last message before its status", async () => {
  const peer = connect({ side: "responder" });
  peer.send(openFrame({ end: true }));
  const bytes = MAX_FRAGMENT_BYTES + 1;
  peer.connection.outbound.endStream(1, ending({ message: new Uint8Array(bytes) }));
  assertEquals(words(await take(peer)), [`message gzip:${bytes}`, "status"]);
});

test("Connection holds up no other stream while a message is compressed", async () => {
  const peer = connect({ side: "responder", limits: { maxMessageBytes: 64 * KIB * KIB } });
  peer.send(openFrame(), openFrame({ streamId: 3, end: true }));
  const large = peer.connection.outbound.sendMessage(1, new Uint8Array(8 * KIB * KIB));
  peer.connection.outbound.endStream(3, ending({ message: bytesOf("quick") }));
  assertEquals(words(await take(peer)), ["status 5"]);
  // The large one rests now and then, which the standing clock makes forever.
  assertEquals(peer.clock.pending > 0, true);
  await peer.clock.advance(100);
  await large;
  assertEquals(words(await take(peer)), [`message gzip:${8 * KIB * KIB}`]);
});

test("Connection drops a message that is being compressed when its stream ends", async () => {
  const large = new Uint8Array(8 * KIB * KIB);
  const ends: ((peer: RawPeer) => void)[] = [
    (peer) => peer.send({ kind: "cancel", streamId: 1, code: 1, reason: "" }),
    (peer) =>
      peer.connection.outbound.endStream(1, ending({ code: RpcStatus.ABORTED, text: "no" })),
    (peer) => peer.channel.end(),
  ];
  for (const end of ends) {
    const peer = connect({ side: "responder" });
    peer.send(openFrame());
    const promise = peer.connection.outbound.sendMessage(1, large);
    await take(peer);
    assert(promise !== undefined && peer.connection.stats().queuedBytes === large.length);
    const rejected = assertRejects(promise, RpcError);
    end(peer);
    await rejected;
    assertEquals(words(await take(peer)).filter((word) => word.startsWith("message")), []);
    assertEquals([peer.connection.stats().queuedBytes, peer.connection.openStreams], [0, 0]);
    assertEquals(peer.clock.pending, 0, "a timer is left");
  }
});

test("Connection hands over compressed messages in order, to be inflated by whoever reads them", async () => {
  const peer = connect({ side: "responder" });
  peer.send(openFrame({ message: gzip("first"), compressed: true }));
  assertEquals(await lastCompressed(peer).inflate(), bytesOf("first"));
  const large = gzip(noise(100 * KIB));
  peer.send(
    message(1, large.subarray(0, 64 * KIB), { more: true }),
    message(1, large.subarray(64 * KIB), { compressed: false }),
    message(1, bytesOf("plain"), { compressed: false }),
    { kind: "halfClose", streamId: 1, messages: 3 },
  );
  assertEquals(peer.kinds(1), ["open", "message", "message", "halfClose"]);
  const [, whole] = peer.messages;
  assert(whole?.kind === "message" && whole.message instanceof RpcCompressedMessage);
  assertEquals(whole.message.wireBytes, large.length);
  assertEquals(await whole.message.inflate(), noise(100 * KIB));
});

test("Connection hands over the compressed message of a status", async () => {
  const peer = connect();
  const id = peer.connection.openStream(opening({ end: true }));
  peer.send(statusFrame({ streamId: id, message: gzip(TEXT), compressed: true, messages: 1 }));
  assertEquals(await lastCompressed(peer).inflate(), TEXT);
});

test("Connection charges and pays what came, however much that is inflated", async () => {
  const peer = connect({ side: "responder", limits: { streamWindowBytes: 64 * KIB } });
  peer.send(openFrame());
  const compressed = gzip(new Uint8Array(KIB * KIB));
  let granted = 0;
  const count = Math.ceil(40 * KIB / compressed.length);
  for (let sent = 0; sent < count; sent++) {
    peer.send(message(1, compressed));
    peer.connection.releaseMessage(1, lastCompressed(peer).wireBytes);
    for (const frame of await peer.take()) {
      if (frame.kind === "credit" && frame.streamId === 1) granted += frame.bytes;
    }
  }
  assertEquals(peer.losses, []);
  assert(granted >= 32 * KIB && granted <= count * compressed.length, `${granted} bytes`);
});

test("Connection keeps a window of bombs as they came", async () => {
  const limits = { maxMessageBytes: 16 * KIB * KIB };
  const peer = connect({ side: "responder", limits });
  const bomb = gzip(new Uint8Array(limits.maxMessageBytes));
  peer.send(openFrame());
  const count = Math.floor(250 * KIB / bomb.length);
  for (let sent = 0; sent < count; sent++) peer.send(message(1, bomb));
  await take(peer);
  const held = peer.messages.flatMap((one) =>
    one.kind === "message" && one.message instanceof RpcCompressedMessage ? [one.message] : []
  );
  assertEquals([held.length, peer.losses], [count, []]);
  const bytes = held.reduce((sum, { wireBytes }) => sum + wireBytes, 0);
  assert(bytes <= 256 * KIB, `${bytes} bytes are held`);
  // A limit one byte below what is in them is named, for this message alone.
  const strict = connect({
    side: "responder",
    limits: { maxMessageBytes: limits.maxMessageBytes - 1 },
  });
  strict.send(openFrame({ message: bomb, compressed: true }));
  const inflated = lastCompressed(strict).inflate();
  const refusal = assertStatus(inflated, RpcStatus.RESOURCE_EXHAUSTED, "16777215");
  await strict.clock.advance(1000);
  await refusal;
});
