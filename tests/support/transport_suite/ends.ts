/** Each stream has one end, and what is late does no harm. */
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
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

/** Cases by name. */
export function endCases(maker: TransportMaker): Record<string, TestBody> {
  return {
    "refuse everything on a stream that has ended": () => withPair(maker, refuseEnded),
    "refuse everything on a stream that never was": () => withPair(maker, refuseUnknown),
    "refuse messages after the half-close, but not the answer": () =>
      withPair(maker, refuseAfterHalfClose),
    "refuse messages after an opening that was the end": () => withPair(maker, refuseAfterOpening),
    "cancel one's own streams only": () => withPair(maker, cancelOwn),
    "ignore what comes for a call that was given up": () => withPair(maker, ignoreLate),
    "ignore a cancel that crosses the status": () => withPair(maker, crossCancel),
    "refuse new streams after goAway and finish those that are open": () => withPair(maker, goAway),
    "end streams that cross a goAway": () => withPair(maker, crossGoAway),
    "say goAway once, and go on without a connection": () => withPair(maker, goAwayTwice),
  };
}

async function refuseEnded(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = near.openStream(opening({ end: true }));
  await farLog.take("open", id);
  far.endStream(id, ending());
  for (
    const late of [
      () => far.endStream(id, ending({ code: 13, text: "Second" })),
      () => far.sendMessage(id, bytesOf("late")),
      () => far.sendHeaders(id, ending().trailers),
    ]
  ) {
    const error = assertThrows(late, RpcError, `Cannot send on stream ${id}: the stream is not`);
    assertEquals(error.code, RpcStatus.FAILED_PRECONDITION);
  }
  await nearLog.take("status", id);
  near.cancelStream(id, RpcStatus.CANCELLED, "late");
  assertThrows(() => near.finishSending(id), RpcError, "the stream is not open");
  await roundTrip(connected);
  assertEquals([nearLog.kinds(id), farLog.kinds(id)], [["status"], ["open"]]);
}

async function refuseUnknown(connected: ConnectedPair): Promise<void> {
  const { near, far, farLog } = connected;
  for (const id of [0, 2, 997]) {
    for (
      const wrong of [
        () => near.sendMessage(id, bytesOf("x")),
        () => near.finishSending(id),
        () => near.endStream(id, ending()),
        () => near.sendHeaders(id, ending().trailers),
      ]
    ) {
      const error = assertThrows(wrong, RpcError, "the stream is not open");
      assertEquals(error.code, RpcStatus.FAILED_PRECONDITION);
    }
    near.cancelStream(id, RpcStatus.CANCELLED, "");
    near.releaseMessage(id, 1);
  }
  await roundTrip(connected);
  assertEquals([farLog.on(2), farLog.on(997), far.openStreams], [[], [], 0]);
}

async function refuseAfterHalfClose(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = near.openStream(opening());
  near.finishSending(id);
  assertThrows(() => near.sendMessage(id, bytesOf("late")), RpcError, "the stream is not open");
  assertThrows(() => near.finishSending(id), RpcError, "the stream is not open");
  await farLog.take("halfClose", id);
  far.sendMessage(id, bytesOf("answer"));
  far.endStream(id, ending());
  await nearLog.take("status", id);
  assertEquals(nearLog.texts(id), ["answer"]);
}

async function refuseAfterOpening({ near, farLog }: ConnectedPair): Promise<void> {
  const id = near.openStream(opening({ message: bytesOf("all"), end: true }));
  assertThrows(() => near.sendMessage(id, bytesOf("more")), RpcError, "the stream is not open");
  assertThrows(() => near.finishSending(id), RpcError, "the stream is not open");
  await farLog.take("open", id);
  assertEquals(farLog.texts(id), ["all"]);
}

async function cancelOwn(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = near.openStream(opening());
  await farLog.take("open", id);
  far.cancelStream(id, RpcStatus.CANCELLED, "not mine");
  far.sendMessage(id, bytesOf("still open"));
  far.endStream(id, ending());
  assertEquals((await nearLog.take("status", id)).messages, 1);
}

async function ignoreLate(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = near.openStream(opening());
  await farLog.take("open", id);
  near.cancelStream(id, RpcStatus.CANCELLED, "Enough");
  far.sendHeaders(id, ending().trailers);
  for (let index = 0; index < 10; index++) far.sendMessage(id, bytesOf("late"));
  far.endStream(id, ending());
  await roundTrip(connected);
  await roundTrip(connected);
  assertEquals(nearLog.on(id), []);
  assertEquals([near.openStreams, far.openStreams], [0, 0]);
  assertEquals(near.health().level, "healthy");
}

async function crossCancel(connected: ConnectedPair): Promise<void> {
  const { near, far, farLog } = connected;
  const id = near.openStream(opening({ end: true }));
  await farLog.take("open", id);
  far.endStream(id, ending());
  near.cancelStream(id, RpcStatus.CANCELLED, "Enough");
  await roundTrip(connected);
  await roundTrip(connected);
  assertEquals(farLog.kinds(id), ["open"], "a call that had ended was cancelled");
}

async function goAway(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const id = near.openStream(opening());
  await farLog.take("open", id);
  far.goAway?.("Server stops");
  await until(() => isRefused(() => near.openStream(opening({ end: true }))));
  const error = assertThrows(() => near.openStream(opening()), RpcError, "Peer is going away");
  assertEquals([error.code, error.maybeExecuted], [RpcStatus.UNAVAILABLE, false]);
  near.sendMessage(id, bytesOf("still"));
  near.finishSending(id);
  await farLog.take("halfClose", id);
  far.endStream(id, ending({ message: bytesOf("served") }));
  assertEquals((await nearLog.take("status", id)).code, 0);
  const back = far.openStream(opening({ end: true }));
  await nearLog.take("open", back);
  near.endStream(back, ending());
  await farLog.take("status", back);
}

function isRefused(open: () => unknown): boolean {
  try {
    open();
    return false;
  } catch {
    return true;
  }
}

async function crossGoAway(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const served = near.openStream(opening());
  await farLog.take("open", served);
  far.goAway?.("Server stops");
  const ids = [1, 2].map(() => near.openStream(opening({ message: bytesOf("x"), end: true })));
  for (const id of ids) {
    const status = await nearLog.take("status", id);
    assertEquals([status.code, status.maybeExecuted], [RpcStatus.UNAVAILABLE, false]);
  }
  far.endStream(served, ending());
  await nearLog.take("status", served);
  for (const id of ids) {
    assertEquals(nearLog.kinds(id), ["status"]);
    assertEquals(farLog.on(id), [], "a call was served after goAway");
  }
  assertEquals([near.openStreams, far.openStreams], [0, 0]);
}

async function goAwayTwice(connected: ConnectedPair): Promise<void> {
  const { near, far } = connected;
  far.goAway?.("Server stops");
  far.goAway?.("Server stops");
  await far.close();
  far.goAway?.("Server stops");
  await until(() => near.openStreams === 0 && near.health().level !== "healthy");
  assert(far.isClosed);
}
