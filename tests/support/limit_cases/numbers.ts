/** Limits of streams, handlers and pings: how many at once, and how many a second. */
import { RpcResponderEndpoint } from "../../../src/endpoints/responder.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import type { RpcLimits } from "../../../src/protocol/limits.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { createDeferred } from "../../../src/internal/deferred.ts";
import { messagePackCodec } from "../../../src/codecs/messagepack.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { serveEach } from "../box.ts";
import { openFrame } from "../native_frames.ts";
import { ending, opening } from "../transport_pair.ts";
import { assertRefused, type LimitCase } from "./limit_case.ts";
import { LimitPeer } from "./limit_peer.ts";

/** The n-th stream of the peer, from 1. */
function idOf(nth: number): number {
  return 2 * nth - 1;
}

/** Opens the streams from one to another. */
async function openAll(peer: LimitPeer, from: number, to: number): Promise<void> {
  for (let nth = from; nth <= to; nth++) await peer.send(openFrame({ streamId: idOf(nth) }));
}

const maxStreams: LimitCase = {
  values: [3, 40],
  announcedAs: "maxStreams",
  async check(limit) {
    const served = await LimitPeer.create("responder", { limits: { maxStreams: limit } });
    await openAll(served, 1, limit + 1);
    assertEquals(served.transport.openStreams, limit);
    assertRefused(served.status(idOf(limit + 1)), `(max: ${limit})`);
    served.transport.endStream(1, ending());
    await openAll(served, limit + 2, limit + 2);
    assertEquals(served.kinds(idOf(limit + 2)), ["open"]);
    await served.close();

    for (const where of ["own", "peer's"]) {
      const settings = { maxStreams: limit };
      const caller = await LimitPeer.create(
        "caller",
        where === "own" ? { limits: settings } : { hello: settings },
      );
      for (let nth = 1; nth <= limit; nth++) caller.transport.openStream(opening());
      const words = `(max: ${limit})`;
      const error = assertThrows(() => caller.transport.openStream(opening()), RpcError, words);
      assertEquals([error.code, error.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
      caller.transport.cancelStream(1, RpcStatus.CANCELLED, "Enough");
      caller.transport.openStream(opening());
      await caller.close();
    }
  },
};

const maxHandlers: LimitCase = {
  values: [2, 40],
  async check(limit) {
    const limits = { maxHandlers: limit };
    const peer = await LimitPeer.create("responder", { limits, isFeedTaken: true });
    const gate = createDeferred<number>();
    const responder = new RpcResponderEndpoint({
      transport: peer.transport,
      clock: peer.clock,
      // They ignore that their calls end.
      contracts: [serveEach(() => gate.promise)],
    });
    responder.start();
    const message = messagePackCodec().encode(null);
    const call = (nth: number): Promise<void> =>
      peer.send(openFrame({ streamId: idOf(nth), path: "/Box/one", message, end: true }));
    for (let nth = 1; nth <= limit + 1; nth++) await call(nth);
    assertEquals(responder.runningHandlers, limit);
    assertRefused(peer.status(idOf(limit + 1)), `(max: ${limit})`);
    // A place is free when its handler has ended, and not when its call has.
    await peer.send({ kind: "cancel", streamId: 1, code: 1, reason: "" });
    await call(limit + 2);
    assertRefused(peer.status(idOf(limit + 2)), `(max: ${limit})`);
    gate.resolve(1);
    await call(limit + 3);
    assertEquals(peer.status(idOf(limit + 3))?.code, RpcStatus.OK);
    await responder.close();
  },
};

/** Fails unless a burst passes and no more, and then as many as a second brings. */
async function checkOpeningRate(limits: { streamBurst: number; streamsPerSecond: number }) {
  const { streamBurst, streamsPerSecond } = limits;
  const peer = await LimitPeer.create("responder", { limits });
  const words = `Too many streams opened (max: ${streamsPerSecond} a second)`;
  await openAll(peer, 1, streamBurst + 1);
  assertEquals(peer.status(idOf(streamBurst)), undefined);
  assertRefused(peer.status(idOf(streamBurst + 1)), words);
  await peer.clock.advance(1000);
  const first = streamBurst + 2;
  const brought = Math.min(streamsPerSecond, streamBurst);
  await openAll(peer, first, first + brought);
  assertEquals(peer.status(idOf(first + brought - 1)), undefined);
  assertRefused(peer.status(idOf(first + brought)), words);
  await peer.close();
}

const streamsPerSecond: LimitCase = {
  values: [1, 10, 30],
  check: (limit) => checkOpeningRate({ streamsPerSecond: limit, streamBurst: 40 }),
};

const streamBurst: LimitCase = {
  values: [1, 10, 30],
  check: (limit) => checkOpeningRate({ streamsPerSecond: 5, streamBurst: limit }),
};

/** Fails unless a burst of pings is answered, then as many as a second brings, and no more. */
async function checkPingRate(
  limits: Pick<RpcLimits, "pingBurst" | "pingsPerSecond">,
): Promise<void> {
  const { pingBurst, pingsPerSecond } = limits;
  const brought = Math.min(pingsPerSecond, pingBurst);
  for (const isAbove of [false, true]) {
    const peer = await LimitPeer.create("responder", { limits });
    const ping = async (pings: number): Promise<void> => {
      for (let token = 1; token <= pings; token++) await peer.send({ kind: "ping", token });
    };
    const answers = (): number => peer.frames.filter(({ kind }) => kind === "pong").length;
    await ping(pingBurst);
    await peer.clock.advance(1000);
    await ping(brought + (isAbove ? 1 : 0));
    assertEquals(answers(), pingBurst + brought);
    const words = `4429 Too many pings (max: ${pingsPerSecond} a second)`;
    assertEquals(peer.closes, isAbove ? [words] : []);
    await peer.close();
  }
}

const pingsPerSecond: LimitCase = {
  values: [16, 1, 30],
  check: (limit) => checkPingRate({ pingsPerSecond: limit, pingBurst: 40 }),
};

const pingBurst: LimitCase = {
  values: [256, 1, 30],
  check: (limit) => checkPingRate({ pingsPerSecond: 5, pingBurst: limit }),
};

/** Cases by limit. */
export const NUMBER_CASES = {
  maxStreams,
  maxHandlers,
  streamsPerSecond,
  streamBurst,
  pingsPerSecond,
  pingBurst,
};
