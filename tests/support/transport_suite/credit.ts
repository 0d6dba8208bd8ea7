/** Senders wait for their readers, and what follows waits for its turn. */
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus, assertThrows } from "../assert.ts";
import { bytesOf } from "../native_frames.ts";
import type { TestBody } from "../test.ts";
import {
  type ConnectedPair,
  ending,
  opening,
  roundTrip,
  type TransportMaker,
  withPair,
} from "../transport_pair.ts";

/** A window of four messages, which does not grow. */
const OPTIONS = { limits: { streamWindowMessages: 4, maxStreamWindowBytes: 1 } };
const TEN = Array.from({ length: 10 }, (_, index) => `message ${index}`);

/** Cases by name. */
export function creditCases(maker: TransportMaker): Record<string, TestBody> {
  return {
    "stop a sender at the window and let it go on as messages are released": () =>
      withPair(maker, stopAtWindow, OPTIONS),
    "stop a responder at the window as well": () => withPair(maker, stopResponder, OPTIONS),
    "half-close after messages that wait": () => withPair(maker, halfCloseLater, OPTIONS),
    "end with success after messages that wait": () => withPair(maker, endLater, OPTIONS),
    "drop messages that wait when the stream ends with a failure": () =>
      withPair(maker, failNow, OPTIONS),
    "drop messages that wait when the call is cancelled": () => withPair(maker, cancelNow, OPTIONS),
    "tell a sender that waits when the peer ends the call": () =>
      withPair(maker, peerEnds, OPTIONS),
    "tell a sender that waits when the peer cancels the call": () =>
      withPair(maker, peerCancels, OPTIONS),
    "keep an ended stream until its messages are read": () => withPair(maker, keepUnread),
    "give one stream no credit of another": () => withPair(maker, keepApart, OPTIONS),
    "ignore the release of what nobody sent": () => withPair(maker, releaseNothing, OPTIONS),
  };
}

/** Sends all ten messages; those that wait have promises. */
function sendTen(
  { near }: ConnectedPair,
  id: number,
): { waiting: Promise<void>[]; sentAtOnce: number } {
  const sent = TEN.map((text) => near.sendMessage(id, bytesOf(text)));
  const waiting = sent.filter((promise) => promise !== undefined);
  // All are refused at once, and looked at one after the other.
  for (const promise of waiting) promise.catch(() => {});
  return { waiting, sentAtOnce: sent.length - waiting.length };
}

async function releaseTen({ far, farLog }: ConnectedPair, id: number): Promise<void> {
  for (const text of TEN) {
    await farLog.take("message", id);
    far.releaseMessage(id, text.length);
  }
}

async function stopAtWindow(connected: ConnectedPair): Promise<void> {
  const { near, far, farLog } = connected;
  const id = near.openStream(opening());
  const { waiting, sentAtOnce } = sendTen(connected, id);
  assertEquals([sentAtOnce, waiting.length], [4, 6]);
  let settled = 0;
  for (const promise of waiting) void promise.then(() => settled++);
  await roundTrip(connected);
  assertEquals([farLog.texts(id), settled], [TEN.slice(0, 4), 0]);
  for (let read = 0; read < 4; read++) {
    await farLog.take("message", id);
    far.releaseMessage(id, "message 0".length);
  }
  await roundTrip(connected);
  await roundTrip(connected);
  assertEquals([farLog.texts(id), settled], [TEN.slice(0, 8), 4]);
  for (let read = 4; read < 8; read++) far.releaseMessage(id, "message 0".length);
  await Promise.all(waiting);
  await roundTrip(connected);
  assertEquals(farLog.texts(id), TEN);
}

async function stopResponder(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = near.openStream(opening({ end: true }));
  await farLog.take("open", id);
  const waiting = TEN.map((text) => far.sendMessage(id, bytesOf(text)));
  far.endStream(id, ending({ message: bytesOf("last") }));
  assertEquals(waiting.filter((promise) => promise === undefined).length, 4);
  await roundTrip(connected);
  assertEquals(nearLog.kinds(id), ["message", "message", "message", "message"]);
  for (const text of TEN) {
    await nearLog.take("message", id);
    near.releaseMessage(id, text.length);
  }
  assertEquals((await nearLog.take("status", id)).messages, 11);
  assertEquals(nearLog.texts(id), [...TEN, "last"]);
  await Promise.all(waiting);
}

async function halfCloseLater(connected: ConnectedPair): Promise<void> {
  const { near, farLog } = connected;
  const id = near.openStream(opening());
  const { waiting } = sendTen(connected, id);
  near.finishSending(id);
  await roundTrip(connected);
  assert(!farLog.kinds(id).includes("halfClose"), "the half-close passed messages");
  await releaseTen(connected, id);
  assertEquals((await farLog.take("halfClose", id)).messages, 10);
  assertEquals(farLog.texts(id), TEN);
  assertEquals(farLog.kinds(id).at(-1), "halfClose");
  await Promise.all(waiting);
}

async function endLater(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = far.openStream(opening({ end: true }));
  await nearLog.take("open", id);
  const { waiting } = sendTen(connected, id);
  near.endStream(id, ending());
  assertThrows(() => near.sendMessage(id, bytesOf("late")), RpcError, "is not open");
  await roundTrip(connected);
  assert(!farLog.kinds(id).includes("status"), "the status passed messages");
  await releaseTen(connected, id);
  assertEquals((await farLog.take("status", id)).messages, 10);
  assertEquals(farLog.texts(id), TEN);
  await Promise.all(waiting);
}

async function failNow(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = far.openStream(opening({ end: true }));
  await nearLog.take("open", id);
  const { waiting } = sendTen(connected, id);
  near.endStream(id, ending({ code: RpcStatus.ABORTED, text: "Gave up" }));
  const status = await farLog.take("status", id);
  assertEquals([status.code, status.text], [RpcStatus.ABORTED, "Gave up"]);
  assertEquals(farLog.texts(id), TEN.slice(0, 4));
  for (const promise of waiting) {
    await assertStatus(promise, RpcStatus.FAILED_PRECONDITION, `stream ${id}: the stream is not`);
  }
  assertEquals(near.openStreams, 0);
}

async function cancelNow(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = near.openStream(opening());
  const { waiting } = sendTen(connected, id);
  near.cancelStream(id, RpcStatus.DEADLINE_EXCEEDED, "Too slow");
  near.cancelStream(id, RpcStatus.CANCELLED, "Again");
  for (const promise of waiting) {
    await assertStatus(promise, RpcStatus.FAILED_PRECONDITION, "the stream is not open");
  }
  const cancel = await farLog.take("cancel", id);
  assertEquals([cancel.code, cancel.reason], [RpcStatus.DEADLINE_EXCEEDED, "Too slow"]);
  await roundTrip(connected);
  assertEquals(farLog.kinds(id).filter((kind) => kind === "cancel").length, 1);
  assertEquals(nearLog.on(id), [], "a call that was given up got an answer");
  assertEquals(near.openStreams, 0);
  assertThrows(() => far.sendMessage(id, bytesOf("late")), RpcError, "the stream is not open");
}

async function peerEnds(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = near.openStream(opening());
  const { waiting } = sendTen(connected, id);
  await farLog.take("open", id);
  far.endStream(id, ending());
  for (const promise of waiting) {
    await assertStatus(promise, RpcStatus.CANCELLED, `stream ${id}: the peer ended the call`);
  }
  assertEquals((await nearLog.take("status", id)).code, 0);
  const error = assertThrows(() => near.sendMessage(id, bytesOf("late")), RpcError);
  assertEquals(error.code, RpcStatus.FAILED_PRECONDITION);
}

async function peerCancels(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog } = connected;
  const id = far.openStream(opening({ end: true }));
  await nearLog.take("open", id);
  const { waiting } = sendTen(connected, id);
  far.cancelStream(id, RpcStatus.CANCELLED, "Enough");
  for (const promise of waiting) {
    await assertStatus(promise, RpcStatus.CANCELLED, `stream ${id}: the caller gave the call up`);
  }
  assertEquals((await nearLog.take("cancel", id)).reason, "Enough");
  assertEquals(near.openStreams, 0);
}

async function keepUnread(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = near.openStream(opening({ end: true }));
  await farLog.take("open", id);
  for (const text of ["a", "b"]) far.sendMessage(id, bytesOf(text));
  far.endStream(id, ending());
  await nearLog.take("status", id);
  assertEquals([near.openStreams, far.openStreams], [1, 0]);
  near.releaseMessage(id, 1);
  assertEquals(near.openStreams, 1);
  near.releaseMessage(id, 1);
  assertEquals(near.openStreams, 0);
}

async function keepApart(connected: ConnectedPair): Promise<void> {
  const { near, far, farLog } = connected;
  const stalled = near.openStream(opening());
  const { waiting } = sendTen(connected, stalled);
  const lively = near.openStream(opening());
  for (const text of TEN) {
    await near.sendMessage(lively, bytesOf(text));
    await farLog.take("message", lively);
    far.releaseMessage(lively, text.length);
  }
  assertEquals(farLog.texts(lively), TEN);
  assertEquals(farLog.texts(stalled), TEN.slice(0, 4));
  near.cancelStream(stalled, RpcStatus.CANCELLED, "");
  await Promise.allSettled(waiting);
}

async function releaseNothing(connected: ConnectedPair): Promise<void> {
  const { near, far, farLog } = connected;
  const id = near.openStream(opening());
  await farLog.take("open", id);
  for (let count = 0; count < 100; count++) {
    far.releaseMessage(id, 1000);
    far.releaseMessage(999, 1000);
  }
  await roundTrip(connected);
  const { waiting, sentAtOnce } = sendTen(connected, id);
  assertEquals(sentAtOnce, 4);
  near.cancelStream(id, RpcStatus.CANCELLED, "");
  await Promise.allSettled(waiting);
}
