/** Limits hold at the limit and one above, and what is refused harms nothing else. */
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assertEquals, assertThrows } from "../assert.ts";
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
export function limitCases(maker: TransportMaker): Record<string, TestBody> {
  const streams = { limits: { maxStreams: 3 } };
  const sizes: Record<string, TestBody> = {
    "send a message at the limit and refuse one above it": () =>
      withPair(maker, (connected) => checkSizes(connected, 1000), {
        limits: { maxMessageBytes: 1000 },
      }),
    "take larger messages when the limit is raised": () =>
      withPair(maker, (connected) => checkSizes(connected, 200_000), {
        limits: { maxMessageBytes: 200_000 },
      }),
  };
  return {
    ...(maker.hasSizes ? sizes : {}),
    "refuse a stream above the limit": () => withPair(maker, refuseStream, streams),
    "give the place of a stream back whichever way it ends": () =>
      withPair(maker, giveBack, streams),
    "count the streams of each side apart": () => withPair(maker, countApart, streams),
    "refuse headers that may not be sent, before anything is": () => withPair(maker, refuseHeaders),
    "refuse a path that names no method": () => withPair(maker, refusePath),
  };
}

async function checkSizes(connected: ConnectedPair, limit: number): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const [most, above] = [new Uint8Array(limit), new Uint8Array(limit + 1)];
  const error = assertThrows(
    () => near.openStream(opening({ message: above })),
    RpcError,
    `${limit}`,
  );
  assertEquals([error.code, error.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
  // One reads as it comes: both messages together may be more than the window.
  farLog.onMessage = ({ kind, streamId }) => {
    if (kind === "message") far.releaseMessage(streamId, limit);
  };
  const id = near.openStream(opening({ message: most }));
  await farLog.take("open", id);
  assertThrows(() => near.sendMessage(id, above), RpcError, `it has ${limit + 1} bytes`);
  near.sendMessage(id, most);
  near.finishSending(id);
  assertEquals((await farLog.take("halfClose", id)).messages, 2);
  const sent = far.sendMessage(id, most);
  assertThrows(() => far.endStream(id, ending({ message: above })), RpcError, "bytes");
  far.endStream(id, ending({ message: most }));
  await nearLog.take("message", id);
  near.releaseMessage(id, limit);
  await sent;
  const status = await nearLog.take("status", id);
  assertEquals([status.code, status.messages], [0, 2]);
}

async function refuseStream(connected: ConnectedPair): Promise<void> {
  const { near, farLog } = connected;
  const ids = [1, 2, 3].map(() => near.openStream(opening({ end: true })));
  const error = assertThrows(() => near.openStream(opening()), RpcError, "(max: 3)");
  assertEquals([error.code, error.maybeExecuted], [RpcStatus.RESOURCE_EXHAUSTED, false]);
  assertEquals([...error.details], [{ type: "google.rpc.RetryInfo", retryDelayMs: 0 }]);
  for (const id of ids) await farLog.take("open", id);
  assertEquals(near.openStreams, 3);
}

async function giveBack(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  const ways: ((id: number) => void | Promise<void>)[] = [
    (id) => far.endStream(id, ending()),
    (id) => far.endStream(id, ending({ message: bytesOf("last") })),
    (id) => far.endStream(id, ending({ code: 5, text: "No" })),
    (id) => near.cancelStream(id, RpcStatus.CANCELLED, "Enough"),
    (id) => near.cancelStream(id, RpcStatus.DEADLINE_EXCEEDED, "Too slow"),
    async (id) => {
      near.finishSending(id);
      await farLog.take("halfClose", id);
      far.endStream(id, ending());
    },
  ];
  for (let round = 0; round < 5; round++) {
    for (const end of ways) {
      const ids = [1, 2, 3].map(() => near.openStream(opening()));
      assertThrows(() => near.openStream(opening()), RpcError, "(max: 3)");
      for (const id of ids) {
        await farLog.take("open", id);
        await end(id);
      }
      await until(() => near.openStreams === 0 && far.openStreams === 0);
    }
  }
  await roundTrip(connected);
  assertEquals(nearLog.all.filter(({ kind }) => kind === "status").length, 2 + 5 * 3 * 4);
}

async function countApart(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  for (let count = 0; count < 3; count++) {
    await farLog.take("open", near.openStream(opening()));
    await nearLog.take("open", far.openStream(opening()));
  }
  assertThrows(() => near.openStream(opening()), RpcError, "(max: 3)");
  assertThrows(() => far.openStream(opening()), RpcError, "(max: 3)");
  assertEquals([near.openStreams, far.openStreams], [6, 6]);
}

async function refuseHeaders(connected: ConnectedPair): Promise<void> {
  const { near, far, nearLog, farLog } = connected;
  for (const wrong of [{ "x bad": "1" }, { "x-a": "line\nend" }, { "connection": "close" }]) {
    const headers = RpcMetadata.from(wrong);
    const error = assertThrows(() => near.openStream(opening({ headers })), RpcError);
    assertEquals([error.code, error.maybeExecuted], [RpcStatus.INVALID_ARGUMENT, false]);
  }
  const wrong = RpcMetadata.from({ "x bad": "1" });
  const id = near.openStream(opening());
  await farLog.take("open", id);
  assertThrows(() => far.sendHeaders(id, wrong), RpcError, "header name");
  assertThrows(() => far.endStream(id, ending({ trailers: wrong })), RpcError, "header name");
  assertThrows(() => far.endStream(id, ending({ headers: wrong })), RpcError, "header name");
  far.endStream(id, ending());
  assertEquals((await nearLog.take("status", id)).code, 0);
  assertEquals(farLog.all.length, 2, "a refused call was sent");
}

async function refusePath(connected: ConnectedPair): Promise<void> {
  const { near, farLog } = connected;
  for (const path of ["", "Test/call", "/Test", "/Test/a.b", `/Test/${"x".repeat(1024)}`]) {
    const error = assertThrows(() => near.openStream(opening({ path })), RpcError, "Cannot open");
    assertEquals([error.code, error.maybeExecuted], [RpcStatus.INVALID_ARGUMENT, false]);
  }
  assertEquals(near.openStreams, 0);
  await roundTrip(connected);
  assertEquals(farLog.all.length, 2, "a refused call was sent");
}
