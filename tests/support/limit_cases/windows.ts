/** Limits of what may wait unread. */
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import type { RpcFrame } from "../../../src/protocol/frame.ts";
import { assert, assertEquals } from "../assert.ts";
import { settle } from "../fake_clock.ts";
import { openFrame } from "../native_frames.ts";
import { opening } from "../transport_pair.ts";
import { assertRefused, dataFrame, type LimitCase } from "./limit_case.ts";
import { LimitPeer } from "./limit_peer.ts";

const KIB = 1024;
const CHUNK = 32 * KIB;
/** What a message costs the window of the connection beside its bytes. */
const MESSAGE_COST = nativeWire.capabilities.messageCostBytes;

/** So many bytes in pieces that fit a frame. */
function chunksOf(bytes: number): number[] {
  const chunks = Array.from({ length: Math.floor(bytes / CHUNK) }, () => CHUNK);
  return bytes % CHUNK === 0 ? chunks : [...chunks, bytes % CHUNK];
}

/** Fails unless a sender stops after the bytes of a window, and goes on with the grant of one more. */
async function checkSender(
  window: "streamWindowBytes" | "connectionWindowBytes",
  bytes: number,
): Promise<void> {
  const peer = await LimitPeer.create("caller", { hello: { [window]: bytes } });
  const { transport } = peer;
  const id = transport.openStream(opening());
  const cost = window === "connectionWindowBytes" ? MESSAGE_COST : 0;
  for (const chunk of chunksOf(bytes)) {
    assertEquals(transport.sendMessage(id, new Uint8Array(chunk - cost)), undefined);
  }
  const waiting = transport.sendMessage(id, new Uint8Array(1));
  assert(waiting !== undefined, "a message passed an empty window");
  const streamId = window === "streamWindowBytes" ? id : 0;
  await peer.send({ kind: "credit", streamId, bytes: 1, messages: 0 });
  await waiting;
  await peer.close();
}

const streamWindowBytes: LimitCase = {
  // A receiver bears the 64 KiB that hold before its hello.
  values: [256 * KIB, 64 * KIB, 100_000],
  announcedAs: "streamWindowBytes",
  async check(limit) {
    const peer = await LimitPeer.create("responder", { limits: { streamWindowBytes: limit } });
    await peer.send(openFrame({ streamId: 1 }), openFrame({ streamId: 3 }));
    for (const chunk of chunksOf(limit)) await peer.send(dataFrame(1, chunk));
    assertEquals(peer.status(1), undefined);
    await peer.send(dataFrame(1, 1), dataFrame(3, 1));
    const words = `1 bytes and 0 messages more than ${limit} bytes`;
    assertRefused(peer.status(1), words, { maybeExecuted: true });
    assertEquals([peer.kinds(3), peer.closes], [["open", "message"], []]);
    await peer.close();
    await checkSender("streamWindowBytes", limit);
  },
};

const streamWindowMessages: LimitCase = {
  // As above: 64 messages.
  values: [1024, 64, 100],
  announcedAs: "streamWindowMessages",
  async check(limit) {
    const peer = await LimitPeer.create("responder", { limits: { streamWindowMessages: limit } });
    await peer.send(openFrame({ streamId: 1 }), openFrame({ streamId: 3 }));
    await peer.send(...Array.from({ length: limit }, () => dataFrame(1, 0)));
    assertEquals(peer.status(1), undefined);
    await peer.send(dataFrame(1, 0), dataFrame(3, 0));
    const words = `0 bytes and 1 messages more than`;
    assertRefused(peer.status(1), words, { maybeExecuted: true });
    assert(peer.status(1)?.text.endsWith(` and ${limit} messages`), peer.status(1)?.text);
    assertEquals([peer.kinds(3), peer.closes], [["open", "message"], []]);
    await peer.close();

    const sender = await LimitPeer.create("caller", { hello: { streamWindowMessages: limit } });
    const id = sender.transport.openStream(opening());
    for (let count = 0; count < limit; count++) {
      assertEquals(sender.transport.sendMessage(id, new Uint8Array(1)), undefined);
    }
    const waiting = sender.transport.sendMessage(id, new Uint8Array(1));
    assert(waiting !== undefined, "a message passed an empty window");
    await sender.send({ kind: "credit", streamId: id, bytes: 0, messages: 1 });
    await waiting;
    await sender.close();
  },
};

const connectionWindowBytes: LimitCase = {
  // A receiver bears the 1 MiB that hold before its hello.
  values: [1024 * KIB, 1536 * KIB],
  announcedAs: "connectionWindowBytes",
  async check(limit) {
    const limits = { connectionWindowBytes: limit };
    const peer = await LimitPeer.create("responder", { limits });
    const share = 128 * KIB;
    const last = 2 * (limit / share) + 1;
    for (let streamId = 1; streamId < last; streamId += 2) {
      await peer.send(
        openFrame({ streamId }),
        ...chunksOf(share).map((bytes) => dataFrame(streamId, bytes - MESSAGE_COST)),
      );
    }
    assertEquals(peer.closes, []);
    await peer.send(openFrame({ streamId: last }), dataFrame(last, 1));
    const words = `beyond the window of the connection: 1 bytes more than ${limit} bytes`;
    assert(peer.closes[0]?.startsWith("4400") && peer.closes[0].includes(words), peer.closes[0]);
    await peer.close();
    await checkSender("connectionWindowBytes", limit / 8);
  },
};

/**
 * Sends as much as the transport lets it, over a path that could always bear more, to a reader that
 * always keeps up.
 *
 * @returns The most that could ever be sent at once
 */
async function findWidestWindow(maxStreamWindowBytes: number): Promise<number> {
  const peer = await LimitPeer.create("responder", { limits: { maxStreamWindowBytes } });
  await peer.send(openFrame({ streamId: 1 }));
  let credit = 256 * KIB;
  let widest = credit;
  let seen = 0;
  let released = 0;
  let pings: RpcFrame[] = [];
  for (let round = 0; round < 60; round++) {
    const sent = chunksOf(credit);
    credit = 0;
    for (let at = 0; at < sent.length; at += 16) {
      await peer.send(...sent.slice(at, at + 16).map((bytes) => dataFrame(1, bytes)));
    }
    for (; released < peer.messages.length; released++) {
      const message = peer.messages[released];
      if (message?.kind !== "message") continue;
      // A transport that is not zero-copy hands on bytes.
      peer.transport.releaseMessage(1, (message.message as Uint8Array).length);
    }
    // A round trip that brought all that could be sent.
    if (pings.length > 0) await peer.send(...pings);
    pings = [];
    await peer.clock.advance(50);
    for (let turn = 0; turn < 3; turn++) await settle();
    for (; seen < peer.frames.length; seen++) {
      const frame = peer.frames[seen];
      if (frame?.kind === "credit" && frame.streamId === 1) credit += frame.bytes;
      if (frame?.kind === "ping") pings.push({ kind: "pong", token: frame.token });
    }
    widest = Math.max(widest, credit);
  }
  assertEquals([peer.status(1), peer.closes], [undefined, []]);
  await peer.close();
  return widest;
}

const maxStreamWindowBytes: LimitCase = {
  values: [1024 * KIB, 256 * KIB, 4096 * KIB],
  async check(limit) {
    const widest = await findWidestWindow(limit);
    assert(widest <= limit, `${widest} bytes could be sent at once, limit is ${limit}`);
    assert(widest > limit / 2, `the window grew to ${widest} bytes only, limit is ${limit}`);
  },
};

/** Cases by limit. */
export const WINDOW_CASES = {
  streamWindowBytes,
  maxStreamWindowBytes,
  streamWindowMessages,
  connectionWindowBytes,
};
