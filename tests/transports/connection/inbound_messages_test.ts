import { createLimits } from "../../../src/protocol/limits.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { findSizeFault } from "../../../src/transports/connection/inbound_messages.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { bytesOf, openFrame } from "../../support/native_frames.ts";
import { RawPeer } from "../../support/raw_peer.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;

test("findSizeFault() names the size and the limit", () => {
  const limits = createLimits({ maxMessageBytes: 10 });
  assertEquals(findSizeFault(10, limits), undefined);
  const fault = findSizeFault(11, limits);
  assertEquals(fault?.code, RpcStatus.RESOURCE_EXHAUSTED);
  assertEquals(fault?.rawMessage, "Received message larger than max (11 vs. 10)");
});

test("InboundMessages hands a message of one frame over without copying it", () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame());
  const text = bytesOf("a view of the batch");
  peer.send({ kind: "message", streamId: 1, message: text, more: false, compressed: false });
  const found = peer.messages.at(-1);
  assert(found?.kind === "message" && found.message instanceof Uint8Array);
  assert(found.message.buffer.byteLength > text.length, "the message was copied");
});

test("InboundMessages takes 16 MiB through a window of 256 KiB, paying as it comes", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame());
  const fragment = new Uint8Array(64 * KIB);
  let credit = 256 * KIB;
  for (let sent = 0; sent < 256; sent++) {
    assert(credit > 0, `no credit is left after ${sent} fragments`);
    credit -= fragment.length;
    peer.send({
      kind: "message",
      streamId: 1,
      message: fragment,
      more: sent < 255,
      compressed: false,
    });
    for (const frame of await peer.take()) {
      if (frame.kind === "credit" && frame.streamId === 1) credit += frame.bytes;
    }
  }
  assertEquals([peer.kinds(1), peer.losses], [["open", "message"], []]);
  const found = peer.messages.at(-1);
  assert(found?.kind === "message" && found.message instanceof Uint8Array);
  assertEquals(found.message.length, 16 * KIB * KIB);
});

test("InboundMessages does not pay twice for a message that it paid for as it came", async () => {
  const limits = { connectionWindowBytes: 1024 * KIB };
  const peer = new RawPeer({ side: "responder", limits });
  peer.send(openFrame());
  const message = new Uint8Array(64 * KIB);
  const granted = { 0: 0, 1: 0 };
  for (let sent = 0; sent < 64; sent++) {
    const more = sent % 32 < 31;
    peer.send({ kind: "message", streamId: 1, message, more, compressed: false });
    if (!more) peer.connection.releaseMessage(1, 32 * message.length);
    for (const frame of await peer.take()) {
      if (frame.kind === "credit") granted[frame.streamId === 0 ? 0 : 1] += frame.bytes;
    }
  }
  const total = 64 * message.length;
  for (const bytes of [granted[0], granted[1]]) {
    assert(bytes <= total && bytes > total - 1024 * KIB, `${bytes} of ${total} bytes were granted`);
  }
});

test("InboundMessages gives the credit of messages back that never become whole", async () => {
  const limits = { connectionWindowBytes: 1024 * KIB };
  const peer = new RawPeer({ side: "responder", limits });
  const message = new Uint8Array(64 * KIB);
  let granted = 0;
  for (let count = 0; count < 200; count++) {
    const streamId = 1 + 2 * count;
    const small = { kind: "message", streamId, message: bytesOf("x"), compressed: false } as const;
    peer.send(openFrame({ streamId }), { ...small, more: false }, {
      ...small,
      message,
      more: true,
    });
    peer.send({ kind: "cancel", streamId, code: 1, reason: "" });
    peer.connection.releaseMessage(streamId, 1);
    for (const frame of await peer.take()) {
      if (frame.kind === "credit" && frame.streamId === 0) granted += frame.bytes;
    }
  }
  assertEquals(peer.losses, []);
  assert(granted > 199 * message.length - 1024 * KIB, `${granted} bytes were granted`);
});

test("InboundMessages joins a large message in linear time", () => {
  const time = (fragments: number): number => {
    const peer = new RawPeer({ side: "responder", limits: { maxMessageBytes: 64 * KIB * KIB } });
    peer.send(openFrame());
    const message = new Uint8Array(KIB);
    const start = performance.now();
    for (let sent = 0; sent < fragments; sent++) {
      const more = sent < fragments - 1;
      peer.send({ kind: "message", streamId: 1, message, more, compressed: false });
    }
    assertEquals(peer.kinds(1), ["open", "message"]);
    return performance.now() - start;
  };
  time(1000);
  const [small, large] = [time(1000), time(16_000)];
  // Copying all that came before with each fragment would take 256 times as long.
  assert(large < 100 * Math.max(small, 1), `${small} ms became ${large} ms`);
});

test("InboundMessages pays no stream for fragments while a message of it is unread", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame());
  peer.send({
    kind: "message",
    streamId: 1,
    message: bytesOf("x"),
    more: false,
    compressed: false,
  });
  const message = new Uint8Array(64 * KIB);
  for (let sent = 0; sent < 4; sent++) {
    peer.send({ kind: "message", streamId: 1, message, more: true, compressed: false });
  }
  assertEquals((await peer.take()).filter(({ kind }) => kind === "credit"), []);
  peer.connection.releaseMessage(1, 1);
  const [credit] = await peer.take();
  assert(credit?.kind === "credit" && credit.streamId === 1);
  assertEquals([credit.bytes, credit.messages], [256 * KIB + 1, 1]);
});

test("InboundMessages ends nothing twice when its listener ends the stream", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ message: bytesOf("one "), more: true, end: true }));
  const push = peer.messages.push.bind(peer.messages);
  peer.messages.push = (message) => {
    if (message.kind === "message") {
      peer.connection.endStream(1, {
        code: 5,
        text: "No",
        details: [],
        maybeExecuted: true,
        headers: undefined,
        trailers: openFrame().headers,
        message: undefined,
      });
    }
    return push(message);
  };
  peer.send({
    kind: "message",
    streamId: 1,
    message: bytesOf("two"),
    more: false,
    compressed: false,
  });
  assertEquals(peer.kinds(1), ["open", "message"]);
  assertEquals((await peer.take()).map(({ kind }) => kind), ["status"]);
});
