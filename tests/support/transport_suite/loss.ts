/** A connection ends, is closed, is replaced; everybody is told once. */
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { MessageLog } from "../message_log.ts";
import { bytesOf } from "../native_frames.ts";
import type { TestBody } from "../test.ts";
import {
  type ConnectedPair,
  ending,
  opening,
  roundTrip,
  type TransportMaker,
  until,
  withPair,
} from "../transport_pair.ts";

const OPTIONS = { limits: { streamWindowMessages: 2 } };

/** Cases by name. */
export function lossCases(maker: TransportMaker): Record<string, TestBody> {
  return {
    "end all streams of both sides when the connection is lost": () =>
      withPair(maker, (connected) => loseAll(connected), OPTIONS),
    "end all streams of both sides when the near end closes": () =>
      withPair(maker, (connected) => closeNear(connected), OPTIONS),
    "end all streams of both sides when the far end closes": () =>
      withPair(maker, (connected) => closeFar(connected), OPTIONS),
    "deliver what was sent right before the close": () => withPair(maker, deliverLast),
    "close before the connection stands": () => closeEarly(maker),
    "close twice quietly, from either end": () => withPair(maker, closeTwice),
    "close quietly after a loss": () => withPair(maker, closeLost),
    "refuse calls after the close, and after a loss": () => withPair(maker, refuseAfter),
    "tell their health in every state": () => withPair(maker, tellHealth),
    "reconnect once for all who ask, and go on with ids": () => withPair(maker, reconnectOnce),
    "reconnect after a loss": () => withPair(maker, reconnectLost),
    "not reconnect when they are closed meanwhile": () => withPair(maker, closeMeanwhile),
    "not reconnect after the close": () => withPair(maker, reconnectClosed),
    "survive many losses without a trace": () => withPair(maker, loseOften),
  };
}

/** Streams of both sides, with messages that are unread and some that wait. */
interface OpenStreams {
  readonly fromNear: number;
  readonly fromFar: number;
  readonly waiting: Promise<void>[];
}

async function openBoth({ near, far, nearLog, farLog }: ConnectedPair): Promise<OpenStreams> {
  const fromNear = near.openStream(opening());
  const fromFar = far.openStream(opening());
  await farLog.take("open", fromNear);
  await nearLog.take("open", fromFar);
  const waiting: Promise<void>[] = [];
  for (let count = 0; count < 5; count++) {
    for (const id of [fromNear, fromFar]) {
      for (const transport of [near, far]) {
        const sent = transport.sendMessage(id, bytesOf("x"));
        if (sent !== undefined) waiting.push(sent);
      }
    }
  }
  assertEquals(waiting.length, 4 * 3);
  for (const promise of waiting) promise.catch(() => {});
  return { fromNear, fromFar, waiting };
}

interface Ends {
  /** Status that the near end's calls end with. */
  readonly near: number;
  readonly far: number;
  readonly text?: string;
}

/** Fails unless each stream had its one end, on both sides, and nothing waits any more. */
async function assertAllEnded(
  { near, far, nearLog, farLog }: ConnectedPair,
  { fromNear, fromFar, waiting }: OpenStreams,
  ends: Ends,
): Promise<void> {
  const nearEnds = [await nearLog.take("status", fromNear), await nearLog.take("cancel", fromFar)];
  const farEnds = [await farLog.take("status", fromFar), await farLog.take("cancel", fromNear)];
  assertEquals(nearEnds.map(({ code }) => code), [ends.near, ends.near]);
  assertEquals(farEnds.map(({ code }) => code), [ends.far, ends.far]);
  for (const end of [...nearEnds, ...farEnds]) {
    if (end.kind === "status") assert(end.maybeExecuted, "the peer has seen the call");
    const words = end.kind === "status" ? end.text : end.reason;
    assert(words.includes(ends.text ?? ""), `"${words}" does not contain "${ends.text}"`);
  }
  for (const promise of waiting) {
    const error = await promise.then(() => undefined, (reason: unknown) => reason);
    assert(error instanceof RpcError, "a message that was not sent counts as sent");
    assert([ends.near, ends.far].includes(error.code));
  }
  assertEquals([near.openStreams, far.openStreams], [0, 0]);
  const count = (log: MessageLog): number =>
    log.all.filter(({ kind, streamId }) =>
      (kind === "status" || kind === "cancel") && [fromNear, fromFar].includes(streamId)
    ).length;
  assertEquals([count(nearLog), count(farLog)], [2, 2]);
}

async function loseAll(connected: ConnectedPair): Promise<void> {
  const streams = await openBoth(connected);
  connected.pair.lose();
  const { UNAVAILABLE } = RpcStatus;
  await assertAllEnded(connected, streams, { near: UNAVAILABLE, far: UNAVAILABLE });
}

async function closeNear(connected: ConnectedPair): Promise<void> {
  const streams = await openBoth(connected);
  await connected.near.close();
  const ends = { near: RpcStatus.CANCELLED, far: RpcStatus.UNAVAILABLE, text: "closed" };
  await assertAllEnded(connected, streams, ends);
}

async function closeFar(connected: ConnectedPair): Promise<void> {
  const streams = await openBoth(connected);
  await connected.far.close();
  const ends = { near: RpcStatus.UNAVAILABLE, far: RpcStatus.CANCELLED, text: "closed" };
  await assertAllEnded(connected, streams, ends);
}

async function deliverLast({ near, far, nearLog, farLog }: ConnectedPair): Promise<void> {
  const id = near.openStream(opening({ end: true }));
  await farLog.take("open", id);
  far.sendMessage(id, bytesOf("one"));
  far.endStream(id, ending({ message: bytesOf("two") }));
  const closed = far.close();
  assertEquals((await nearLog.take("status", id)).code, 0);
  assertEquals(nearLog.texts(id), ["one", "two"]);
  await closed;
}

async function closeEarly(maker: TransportMaker): Promise<void> {
  const pair = await maker.create();
  const log = new MessageLog(pair.near.incomingMessages);
  const id = pair.near.openStream(opening());
  const closing = pair.near.close();
  const status = await log.take("status", id);
  assertEquals([status.code, pair.near.health().level], [RpcStatus.CANCELLED, "closed"]);
  await closing;
  assertEquals(log.kinds(id), ["status"]);
  await pair.dispose();
}

async function closeTwice({ near, far }: ConnectedPair): Promise<void> {
  const first = near.close();
  assert(near.isClosed);
  assert(first === near.close(), "the second close does not wait for the end of the first");
  const other = far.close();
  await Promise.all([first, near.close(), near[Symbol.asyncDispose](), other, far.close()]);
  await near.close();
  assertEquals([near.health().level, far.health().level], ["closed", "closed"]);
}

async function closeLost({ pair, near, far }: ConnectedPair): Promise<void> {
  pair.lose();
  await until(() => near.health().level !== "healthy" && far.health().level !== "healthy");
  await near.close();
  await far.close();
  assertEquals([near.isClosed, far.isClosed], [true, true]);
}

async function refuseAfter({ pair, near, far }: ConnectedPair): Promise<void> {
  pair.lose();
  await until(() => near.health().level !== "healthy" && far.health().level !== "healthy");
  for (const transport of [near, far]) {
    const lost = assertThrows(() => transport.openStream(opening()), RpcError);
    assertEquals([lost.code, lost.maybeExecuted], [RpcStatus.UNAVAILABLE, false]);
    transport.cancelStream(1, RpcStatus.CANCELLED, "");
    transport.releaseMessage(1, 10);
    await transport.close();
    const closed = assertThrows(() => transport.openStream(opening()), RpcError, "closed");
    assertEquals([closed.code, closed.maybeExecuted], [RpcStatus.FAILED_PRECONDITION, false]);
    assertThrows(() => transport.sendMessage(1, bytesOf("x")), RpcError, "closed");
    transport.cancelStream(1, RpcStatus.CANCELLED, "");
    transport.releaseMessage(1, 10);
  }
}

async function tellHealth({ pair, near, far, nearLog }: ConnectedPair): Promise<void> {
  const connected = near.health();
  assertEquals([connected.component, connected.level], ["transport", "healthy"]);
  assertEquals([connected.message, far.health().level], ["Connected", "healthy"]);
  near.openStream(opening());
  assertEquals(near.health().details.localStreams, 1);
  pair.lose();
  await nearLog.take("status");
  await until(() => near.health().level !== "healthy");
  const lost = near.health();
  assertEquals([lost.level, lost.details.canReconnect], ["degraded", true]);
  assert(
    lost.message.includes("connection is down") || lost.message.includes("Connection is down"),
  );
  assert(!near.isClosed);
  const reconnecting = near.reconnect();
  assertEquals(near.health().level, "reconnecting");
  assertEquals((await reconnecting).level, "healthy");
  await near.close();
  assertEquals([near.health().level, near.health().message], ["closed", "Transport is closed"]);
}

function connections({ records }: ConnectedPair): number {
  // Both ends of a pair in memory log to the same place.
  return records.filter(({ message, scope }) =>
    message === "Connected" && !scope.endsWith("responder")
  ).length;
}

/** The pair with the far end of its newest connection. */
async function renewed(connected: ConnectedPair, nth: number): Promise<ConnectedPair> {
  const far = await connected.pair.far(nth);
  if (far === connected.far) return connected;
  return { ...connected, far, farLog: new MessageLog(far.incomingMessages) };
}

async function reconnectOnce(connected: ConnectedPair): Promise<void> {
  const { near, nearLog, farLog } = connected;
  const before = near.openStream(opening());
  await farLog.take("open", before);
  const asked = await Promise.all([near.reconnect(), near.reconnect(), near.reconnect()]);
  assertEquals(asked.map(({ level }) => level), ["healthy", "healthy", "healthy"]);
  assertEquals(connections(connected), 2);
  const status = await nearLog.take("status", before);
  assertEquals([status.code, status.maybeExecuted], [RpcStatus.UNAVAILABLE, true]);
  const cancel = await farLog.take("cancel", before);
  assertEquals(cancel.code, RpcStatus.UNAVAILABLE);
  const now = await renewed(connected, 2);
  const after = near.openStream(opening({ message: bytesOf("new"), end: true }));
  assertEquals(after, before + 2);
  await now.farLog.take("open", after);
  now.far.endStream(after, ending());
  await nearLog.take("status", after);
  assertEquals(nearLog.kinds(before), ["status"]);
}

async function reconnectLost(connected: ConnectedPair): Promise<void> {
  const { pair, near, nearLog } = connected;
  const before = near.openStream(opening());
  pair.lose();
  await nearLog.take("status", before);
  await until(() => near.health().level !== "healthy");
  assertEquals((await near.reconnect()).level, "healthy");
  const now = await renewed(connected, 2);
  assert(near.openStream(opening()) > before);
  await roundTrip(now);
  assertEquals(connections(connected), 2);
}

async function closeMeanwhile({ near, nearLog, farLog }: ConnectedPair): Promise<void> {
  const id = near.openStream(opening());
  await farLog.take("open", id);
  const reconnecting = near.reconnect();
  const closing = near.close();
  assertEquals((await reconnecting).level, "closed");
  await closing;
  assertEquals(nearLog.kinds(id), ["status"]);
  assert(near.isClosed);
}

async function reconnectClosed(connected: ConnectedPair): Promise<void> {
  const { near, far } = connected;
  await near.close();
  assertEquals((await near.reconnect()).level, "closed");
  await until(() => far.health().level !== "healthy");
  assertEquals((await far.reconnect()).level, "closed");
  assertEquals(connections(connected), 1);
}

async function loseOften(connected: ConnectedPair): Promise<void> {
  const { pair, near, nearLog } = connected;
  let now = connected;
  let last = 0;
  for (let nth = 2; nth < 7; nth++) {
    const id = near.openStream(opening());
    assert(id > last, "an id was used twice");
    last = id;
    await now.farLog.take("open", id);
    pair.lose();
    await nearLog.take("status", id);
    await until(() => near.health().level !== "healthy");
    await near.reconnect();
    now = await renewed(connected, nth);
    await roundTrip(now);
    assertEquals(near.openStreams, 0);
  }
}
