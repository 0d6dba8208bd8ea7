/** Limits of what may wait to be sent, and of time. */
import { RpcResponderEndpoint } from "../../../src/endpoints/responder.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { serveEach } from "../box.ts";
import { openFrame } from "../native_frames.ts";
import { opening } from "../transport_pair.ts";
import { assertRefused, dataFrame, type LimitCase } from "./limit_case.ts";
import { LimitPeer } from "./limit_peer.ts";

function queuedBytes(peer: LimitPeer): number {
  return Number(peer.transport.health().details["queuedBytes"]);
}

const maxQueuedBytes: LimitCase = {
  values: [1000, 20_000],
  async check(limit) {
    const limits = { maxQueuedBytes: limit };
    const caller = await LimitPeer.create("caller", { limits, isOpen: false });
    const { transport } = caller;
    // A call of which the last byte that fits is there, and then one more.
    transport.openStream(opening());
    const opened = queuedBytes(caller);
    transport.openStream(opening({ message: new Uint8Array(200) }));
    const overhead = queuedBytes(caller) - opened - 200;
    transport.openStream(
      opening({ message: new Uint8Array(limit - 4 - queuedBytes(caller) - overhead) }),
    );
    const left = limit - queuedBytes(caller);
    assert(left >= 1 && left <= 4, `${left} bytes are left`);
    transport.openStream(opening());
    const words = `${queuedBytes(caller)} bytes wait to be sent, limit is ${limit}`;
    const error = assertThrows(() => transport.openStream(opening()), RpcError, words);
    assertEquals([error.code, error.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
    assertEquals(transport.openStreams, 4);
    await caller.close();

    // Much more than that ends the connection: the peer does not read, or nothing gets through.
    const stalled = await LimitPeer.create("responder", { limits });
    stalled.socket.bufferedAmount = limit;
    await stalled.send({ kind: "ping", token: 7 });
    assertEquals(stalled.closes, []);
    const waiting = limit + 64 * 1024 * 1024;
    stalled.socket.bufferedAmount = waiting;
    await stalled.send({ kind: "ping", token: 8 });
    const reason = `4408 Peer does not read: ${waiting} bytes wait, limit is ${limit}`;
    assertEquals(stalled.closes, [reason]);
    stalled.socket.bufferedAmount = 0;
    await stalled.close();
  },
};

/** A caller with streams that have no credit left. */
async function createStarved(
  limits: { maxWaitingBytes: number } | { maxStreamQueuedBytes: number },
): Promise<{ peer: LimitPeer; send: (streamId: number, bytes: number) => void }> {
  const peer = await LimitPeer.create("caller", { limits, hello: { streamWindowBytes: 1 } });
  for (const streamId of [1, 3]) {
    assertEquals(peer.transport.openStream(opening()), streamId);
    assertEquals(peer.transport.sendMessage(streamId, new Uint8Array(1)), undefined);
  }
  const send = (streamId: number, bytes: number): void => {
    const waiting = peer.transport.sendMessage(streamId, new Uint8Array(bytes));
    assert(waiting !== undefined, "a message passed an empty window");
    // It rejects when the test closes.
    waiting.catch(() => {});
  };
  return { peer, send };
}

const maxWaitingBytes: LimitCase = {
  values: [1000, 60_000],
  async check(limit) {
    const { peer, send } = await createStarved({ maxWaitingBytes: limit });
    send(1, limit - 1);
    assertEquals(peer.transport.waitForRoom(3, 1), undefined);
    send(3, 1);
    const words = `${limit} bytes wait to be sent, limit is ${limit}`;
    for (const streamId of [1, 3]) {
      const error = assertThrows(() => send(streamId, 1), RpcError, words);
      assertEquals(error.code, RpcStatus.RESOURCE_EXHAUSTED);
    }
    // One with credit may send all the same, what leaves at once does not wait.
    const free = peer.transport.openStream(opening());
    assertEquals(peer.transport.sendMessage(free, new Uint8Array(1)), undefined);
    const room = peer.transport.waitForRoom(3, 1);
    assert(room !== undefined, "there is room");
    await peer.send({ kind: "credit", streamId: 1, bytes: 1, messages: 0 });
    await room;
    send(3, 1);
    await peer.close();
  },
};

const maxStreamQueuedBytes: LimitCase = {
  values: [1000, 60_000],
  async check(limit) {
    const { peer, send } = await createStarved({ maxStreamQueuedBytes: limit });
    send(1, limit - 1);
    send(1, 1);
    const words = `${limit} bytes wait on stream 1, limit is ${limit}`;
    const error = assertThrows(() => send(1, 1), RpcError, words);
    assertEquals(error.code, RpcStatus.RESOURCE_EXHAUSTED);
    send(3, limit);
    await peer.send({ kind: "credit", streamId: 1, bytes: 1, messages: 0 });
    send(1, 1);
    assertEquals(peer.transport.openStreams, 2);
    await peer.close();
  },
};

const connectTimeoutMs: LimitCase = {
  values: [30_000, 500],
  async check(limit) {
    const limits = { connectTimeoutMs: limit };
    for (const side of ["caller", "responder"] as const) {
      const peer = await LimitPeer.create(side, { limits, hello: false });
      await peer.clock.advance(limit - 1);
      assertEquals(peer.closes, []);
      await peer.clock.advance(1);
      assertEquals(peer.closes, [`4408 Connection was not established within ${limit} ms`]);
      await peer.close();
    }
    // A socket that does not even open.
    const caller = await LimitPeer.create("caller", { limits, isOpen: false });
    const id = caller.transport.openStream(opening());
    await caller.clock.advance(limit - 1);
    assertEquals(caller.kinds(id), []);
    await caller.clock.advance(1);
    assertEquals(caller.kinds(id), ["status"]);
    await caller.close();
  },
};

const halfOpenTimeoutMs: LimitCase = {
  values: [60_000, 500],
  async check(limit) {
    const limits = { halfOpenTimeoutMs: limit };
    const peer = await LimitPeer.create("responder", { limits, isFeedTaken: true });
    const { transport, clock } = peer;
    const contracts = [serveEach(() => new Promise(() => {}))];
    const responder = new RpcResponderEndpoint({ transport, clock, contracts });
    responder.start();
    const paths = ["/Box/one", "/Box/down", "/Box/up", "/Box/both"];
    await peer.send(...paths.map((path, at) => openFrame({ path, streamId: 2 * at + 1 })));
    await clock.advance(limit - 1);
    assertEquals([1, 3, 5, 7].map((id) => peer.status(id)), Array(4).fill(undefined));
    await clock.advance(1);
    for (const id of [1, 3]) {
      assertRefused(peer.status(id), `half-open for ${limit} ms`, {
        code: RpcStatus.DEADLINE_EXCEEDED,
      });
    }
    // Streams of requests may be silent for as long as they like.
    await clock.advance(1000 * limit);
    assertEquals([5, 7].map((id) => peer.status(id)), [undefined, undefined]);
    await responder.close();
  },
};

const streamIdleTimeoutMs: LimitCase = {
  values: [8000, 800_000, Infinity],
  async check(limit) {
    const limits = { streamIdleTimeoutMs: limit };
    const peer = await LimitPeer.create("responder", { limits });
    await peer.send(openFrame({ streamId: 1 }), openFrame({ streamId: 3, end: true }));
    if (limit === Infinity) {
      await peer.clock.advance(1e12);
      return await peer.close();
    }
    await peer.clock.advance(limit);
    assertEquals(peer.status(1), undefined);
    // What moves begins anew.
    await peer.send(openFrame({ streamId: 5 }), dataFrame(5, 1));
    peer.transport.releaseMessage(5, 1);
    await peer.clock.advance(limit / 8);
    assertRefused(peer.status(1), `Stream was idle for ${limit} ms, limit is ${limit} ms`, {
      code: RpcStatus.DEADLINE_EXCEEDED,
      maybeExecuted: true,
    });
    assertEquals(peer.kinds(1), ["open", "cancel"]);
    // The handler has the next step on the second stream, and the peer moved on the third.
    await peer.clock.advance(limit - limit / 8);
    assertEquals([peer.status(3), peer.status(5)], [undefined, undefined]);
    await peer.clock.advance(limit / 8);
    assertEquals([peer.status(3), peer.status(5)?.code], [undefined, RpcStatus.DEADLINE_EXCEEDED]);
    await peer.close();
  },
};

/** Cases by limit. */
export const WAITING_CASES = {
  maxQueuedBytes,
  maxWaitingBytes,
  maxStreamQueuedBytes,
  connectTimeoutMs,
  halfOpenTimeoutMs,
  streamIdleTimeoutMs,
};
