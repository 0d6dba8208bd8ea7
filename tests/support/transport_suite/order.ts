/** What is sent arrives, whole and in order. */
import { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { RpcMessageFeed } from "../../../src/transports/message.ts";
import { assert, assertEquals } from "../assert.ts";
import { MessageLog } from "../message_log.ts";
import { bytesOf } from "../native_frames.ts";
import type { TestBody } from "../test.ts";
import {
  ending,
  opening,
  roundTrip,
  type TransportMaker,
  type TransportPair,
  until,
  withPair,
} from "../transport_pair.ts";

/** Cases by name. */
export function orderCases(maker: TransportMaker): Record<string, TestBody> {
  return {
    "deliver all of an opening": () => deliverOpening(maker),
    "deliver headers, messages and the end in order": () => deliverAnswer(maker),
    "deliver response headers with the end when they did not go before": () =>
      deliverLateHeaders(maker),
    "deliver the error that ends a stream": () => deliverError(maker),
    "keep what comes before there is a listener": () => keepEarly(maker),
    "lose nothing behind a decorator that forwards later": () => keepDecorated(maker),
    "send what was sent before the connection stood": () => sendEarly(maker),
    "give odd ids to streams of the caller and even ones to those of the responder": () =>
      giveIds(maker),
    "serve streams that the responder opens": () => serveCaller(maker),
    "keep the order within each of many streams": () => keepManyInOrder(maker),
    "carry 3 MiB both ways": () => carryLarge(maker),
  };
}

function deliverOpening(maker: TransportMaker): Promise<void> {
  return withPair(maker, async ({ near, farLog }) => {
    const headers = RpcMetadata.from([["x-tag", "a"], ["x-tag", "b"], ["x-b-bin", bytesOf("c")]]);
    const message = bytesOf("first");
    const id = near.openStream(
      opening({ path: "/Test/all", headers, timeoutMs: 1500, message, end: true }),
    );
    const open = await farLog.take("open", id);
    assertEquals(open.path, "/Test/all");
    assertEquals([...open.headers], [...headers]);
    assertEquals([open.timeoutMs, open.end, open.more], [1500, true, false]);
    assertEquals(farLog.texts(id), ["first"]);
  });
}

function deliverAnswer(maker: TransportMaker): Promise<void> {
  return withPair(maker, async ({ near, far, nearLog, farLog }) => {
    const id = near.openStream(opening({ message: bytesOf("1") }));
    near.sendMessage(id, bytesOf("2"));
    near.sendMessage(id, bytesOf(""));
    near.finishSending(id);
    assertEquals((await farLog.take("halfClose", id)).messages, 3);
    assertEquals(farLog.kinds(id), ["open", "message", "message", "halfClose"]);
    assertEquals(farLog.texts(id), ["1", "2", ""]);
    far.sendHeaders(id, RpcMetadata.from({ "x-h": "1" }));
    far.sendMessage(id, bytesOf("a"));
    far.endStream(
      id,
      ending({ message: bytesOf("b"), trailers: RpcMetadata.from({ "x-t": "2" }) }),
    );
    const status = await nearLog.take("status", id);
    assertEquals(nearLog.kinds(id), ["headers", "message", "status"]);
    assertEquals(nearLog.texts(id), ["a", "b"]);
    assertEquals([...(await nearLog.take("headers", id)).headers], [["x-h", "1"]]);
    assertEquals([status.code, status.messages, ...status.trailers], [0, 2, ["x-t", "2"]]);
  });
}

function deliverLateHeaders(maker: TransportMaker): Promise<void> {
  return withPair(maker, async ({ near, far, nearLog, farLog }) => {
    const id = near.openStream(opening({ end: true }));
    await farLog.take("open", id);
    const headers = RpcMetadata.from({ "x-h": "1" });
    far.endStream(id, ending({ headers, message: bytesOf("only") }));
    const status = await nearLog.take("status", id);
    assertEquals(nearLog.kinds(id), ["status"]);
    assertEquals([...status.headers ?? []], [["x-h", "1"]]);
    assertEquals(nearLog.texts(id), ["only"]);
  });
}

function deliverError(maker: TransportMaker): Promise<void> {
  return withPair(maker, async ({ near, far, nearLog, farLog }) => {
    const id = near.openStream(opening({ end: true }));
    await farLog.take("open", id);
    const details = [{ type: "google.rpc.RetryInfo", retryDelayMs: 250 }] as const;
    far.endStream(id, ending({ code: 5, text: "No such room", details, maybeExecuted: false }));
    const { code, text, details: found, maybeExecuted } = await nearLog.take("status", id);
    assertEquals({ code, text, found: [...found], maybeExecuted }, {
      code: 5,
      text: "No such room",
      found: [...details],
      maybeExecuted: false,
    });
  });
}

/** Sends on a connection to which nobody listens, and waits until it has come. */
async function sendUnheard(pair: TransportPair): Promise<number> {
  const { near } = pair;
  const far = await pair.far(1);
  const id = near.openStream(opening({ message: bytesOf("1") }));
  near.sendMessage(id, bytesOf("2"));
  near.finishSending(id);
  await until(() => far.openStreams === 1);
  return id;
}

async function keepEarly(maker: TransportMaker): Promise<void> {
  const pair = await maker.create();
  const far = await pair.far(1);
  const id = await sendUnheard(pair);
  const log = new MessageLog(far.incomingMessages);
  assertEquals((await log.take("halfClose", id)).messages, 2);
  assertEquals(log.kinds(id), ["open", "message", "halfClose"]);
  await pair.near.close();
  await far.close();
  await pair.dispose();
}

async function keepDecorated(maker: TransportMaker): Promise<void> {
  const pair = await maker.create();
  const far = await pair.far(1);
  const id = await sendUnheard(pair);
  const outer = new RpcMessageFeed();
  far.incomingMessages.listen(async (message) => {
    for (let hop = 0; hop < 10; hop++) await Promise.resolve();
    outer.push(message);
  });
  const log = new MessageLog(outer);
  await log.take("halfClose", id);
  assertEquals(log.kinds(id), ["open", "message", "halfClose"]);
  await pair.near.close();
  await far.close();
  await pair.dispose();
}

async function sendEarly(maker: TransportMaker): Promise<void> {
  const pair = await maker.create();
  const { near } = pair;
  const nearLog = new MessageLog(near.incomingMessages);
  const id = near.openStream(opening({ message: bytesOf("1") }));
  near.sendMessage(id, bytesOf("2"));
  near.finishSending(id);
  const cancelled = near.openStream(opening());
  near.cancelStream(cancelled, 1, "too late");
  const far = await pair.far(1);
  const farLog = new MessageLog(far.incomingMessages);
  await farLog.take("cancel", cancelled);
  assertEquals(farLog.kinds(id), ["open", "message", "halfClose"]);
  assertEquals(farLog.texts(id), ["1", "2"]);
  far.endStream(id, ending());
  await nearLog.take("status", id);
  assertEquals(nearLog.on(cancelled), []);
  await near.close();
  await far.close();
  await pair.dispose();
}

function giveIds(maker: TransportMaker): Promise<void> {
  return withPair(maker, async ({ near, far, farLog, nearLog }) => {
    const ids = [1, 2, 3].map(() => near.openStream(opening()));
    assertEquals(ids, [3, 5, 7]);
    for (const id of ids) await farLog.take("open", id);
    const back = [1, 2, 3].map(() => far.openStream(opening()));
    assertEquals(back, [2, 4, 6]);
    for (const id of back) await nearLog.take("open", id);
    assertEquals([near.side, far.side], ["caller", "responder"]);
  });
}

function serveCaller(maker: TransportMaker): Promise<void> {
  return withPair(maker, async ({ near, far, farLog, nearLog }) => {
    const id = far.openStream(opening({ message: bytesOf("to caller") }));
    far.finishSending(id);
    await nearLog.take("halfClose", id);
    near.sendMessage(id, bytesOf("to responder"));
    near.endStream(id, ending());
    assertEquals((await farLog.take("status", id)).code, 0);
    assertEquals([nearLog.texts(id), farLog.texts(id)], [["to caller"], ["to responder"]]);
  });
}

function keepManyInOrder(maker: TransportMaker): Promise<void> {
  return withPair(maker, async (connected) => {
    const { near, far, farLog, nearLog } = connected;
    farLog.onMessage = (message) => {
      if (message.kind === "halfClose") far.endStream(message.streamId, ending());
      if (message.kind !== "message") return;
      const bytes = message.message instanceof Uint8Array ? message.message.length : 0;
      far.releaseMessage(message.streamId, bytes);
    };
    const ids = Array.from({ length: 100 }, () => near.openStream(opening()));
    const expected = Array.from({ length: 20 }, (_, index) => `${index}`);
    await Promise.all(ids.map(async (id) => {
      for (const text of expected) await near.sendMessage(id, bytesOf(text));
      near.finishSending(id);
      await nearLog.take("status", id);
    }));
    for (const id of ids) assertEquals(farLog.texts(id), expected);
    assertEquals([near.openStreams, far.openStreams], [0, 0]);
    await roundTrip(connected);
  }, { limits: { streamWindowMessages: 4 } });
}

/** Bytes that differ from one another wherever they are cut. */
function manyBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >> 9)) & 0xff;
  return bytes;
}

function carryLarge(maker: TransportMaker): Promise<void> {
  return withPair(maker, async ({ near, far, farLog, nearLog }) => {
    const large = manyBytes(3 * 1024 * 1024);
    const id = near.openStream(opening({ message: large, end: true }));
    const open = await farLog.take("open", id);
    const request = open.message ?? (await farLog.take("message", id)).message;
    assert(isSame(request, large), "the request is not what was sent");
    far.endStream(id, ending({ message: large }));
    const status = await nearLog.take("status", id);
    const answer = status.message ?? (await nearLog.take("message", id)).message;
    assertEquals([status.code, status.messages], [0, 1]);
    assert(isSame(answer, large), "the answer is not what was sent");
  });
}

function isSame(found: unknown, wanted: Uint8Array): boolean {
  return found instanceof Uint8Array && found.length === wanted.length &&
    found.every((byte, index) => byte === wanted[index]);
}
