import { defineContract, serverStream, unary } from "../../src/contracts/mod.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { DirectMessage } from "../../src/transports/direct_message.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { assert, assertEquals, assertStatus, assertThrows } from "../support/assert.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { memoryMaker } from "../support/memory_pair.ts";
import { MessageLog, textOf } from "../support/message_log.ts";
import { bytesOf } from "../support/native_frames.ts";
import { test } from "../support/test.ts";
import { testTransport } from "../support/transport_suite.ts";
import { ending, opening } from "../support/transport_pair.ts";

testTransport(memoryMaker);

test("createMemoryTransportPair() returns the caller's end first", async () => {
  const [near, far] = createMemoryTransportPair();
  assertEquals([near.side, far.side], ["caller", "responder"]);
  assertEquals([near.supportsZeroCopy, far.supportsZeroCopy], [true, true]);
  assertEquals(near.peer, { address: undefined, protocol: "", auth: undefined });
  await near.close();
  await far.close();
});

test("createMemoryTransportPair() hands over the very box, with the very value", async () => {
  const [near, far] = createMemoryTransportPair();
  const farLog = new MessageLog(far.incomingMessages);
  const message = new DirectMessage({ list: [1] });
  near.openStream(opening({ message, end: true }));
  assert((await farLog.take("open")).message === message);
  await near.close();
});

test("createMemoryTransportPair() delivers nothing within the call that sends", async () => {
  const [near, far] = createMemoryTransportPair();
  const [nearLog, farLog] = [near, far].map((end) => new MessageLog(end.incomingMessages));
  const id = near.openStream(opening());
  near.sendMessage(id, 1);
  near.finishSending(id);
  assertEquals(farLog?.all, []);
  await Promise.resolve();
  assertEquals(farLog?.kinds(id), ["open", "message", "halfClose"]);
  far.endStream(id, ending());
  assertEquals(nearLog?.all, []);
  await Promise.resolve();
  assertEquals(nearLog?.kinds(id), ["status"]);
  const other = near.openStream(opening());
  await settle();
  near.close();
  assertEquals(farLog?.kinds(other), ["open"]);
  await settle();
  assertEquals(farLog?.kinds(other), ["open", "cancel"]);
});

test("createMemoryTransportPair() refuses settings that are out of range", () => {
  for (const latencyMs of [-1, NaN, Infinity]) {
    assertThrows(() => createMemoryTransportPair({ latencyMs }), RangeError, `is ${latencyMs}`);
  }
  for (const loss of [-0.1, 1.1, NaN]) {
    assertThrows(() => createMemoryTransportPair({ loss }), RangeError, `loss is ${loss}`);
  }
  const limits = { maxStreams: 0 };
  assertThrows(() => createMemoryTransportPair({ limits }), RangeError, "maxStreams");
});

test("createMemoryTransportPair() takes the latency each way, and keeps the order", async () => {
  const clock = new FakeClock();
  const [near, far] = createMemoryTransportPair({ latencyMs: 50, clock });
  const nearLog = new MessageLog(near.incomingMessages);
  const farLog = new MessageLog(far.incomingMessages);
  const id = near.openStream(opening());
  near.sendMessage(id, bytesOf("0"));
  await clock.advance(20);
  near.sendMessage(id, bytesOf("20"));
  await clock.advance(29);
  assertEquals(farLog.all, []);
  await clock.advance(1);
  assertEquals(farLog.texts(id), ["0"]);
  await clock.advance(20);
  assertEquals(farLog.texts(id), ["0", "20"]);
  far.endStream(id, ending());
  await clock.advance(49);
  assertEquals(nearLog.all, []);
  await clock.advance(1);
  assertEquals(nearLog.kinds(id), ["status"]);
  assertEquals(clock.pending, 0);
  await near.close();
});

test("createMemoryTransportPair() keeps the order when timers of one delay do not", async () => {
  const timers: (() => void)[] = [];
  const clock = {
    now: () => 0,
    setTimer: (callback: () => void) => timers.push(callback),
    clearTimer: () => {},
  };
  const [near, far] = createMemoryTransportPair({ latencyMs: 1, clock });
  const farLog = new MessageLog(far.incomingMessages);
  const id = near.openStream(opening());
  for (const text of ["a", "b", "c"]) {
    await settle();
    near.sendMessage(id, bytesOf(text));
  }
  await settle();
  for (const fire of timers.splice(0).reverse()) fire();
  assertEquals(farLog.kinds(id)[0], "open");
  assertEquals(farLog.texts(id), ["a", "b", "c"]);
  await near.close();
});

test("createMemoryTransportPair() leaves no timer behind when it closes", async () => {
  for (const end of ["near", "far"] as const) {
    const clock = new FakeClock();
    const [near, far] = createMemoryTransportPair({ latencyMs: 1000, clock });
    const farLog = new MessageLog(far.incomingMessages);
    new MessageLog(near.incomingMessages);
    const id = near.openStream(opening({ message: bytesOf("on its way") }));
    far.openStream(opening());
    await settle();
    assertEquals(clock.pending, 2);
    await (end === "near" ? near : far).close();
    assertEquals(clock.pending, 0);
    const expected = end === "near" ? ["open", "cancel"] : [];
    assertEquals(farLog.kinds(id), expected);
    await near.close();
    await far.close();
  }
});

test("createMemoryTransportPair() loses what is under way when it is disconnected", async () => {
  const clock = new FakeClock();
  const [near, far] = createMemoryTransportPair({ latencyMs: 1000, clock });
  const nearLog = new MessageLog(near.incomingMessages);
  const farLog = new MessageLog(far.incomingMessages);
  const arrived = near.openStream(opening());
  await clock.advance(1000);
  const lost = near.openStream(opening());
  const unsent = near.openStream(opening());
  near.disconnect();
  near.disconnect();
  await settle();
  assertEquals(clock.pending, 0);
  const ends = nearLog.all.flatMap((m) => m.kind === "status" ? [[m.code, m.maybeExecuted]] : []);
  assertEquals(ends, [[14, true], [14, false], [14, false]]);
  assertEquals([farLog.kinds(arrived), farLog.kinds(lost), farLog.kinds(unsent)], [
    ["open", "cancel"],
    [],
    [],
  ]);
  await near.close();
  await far.close();
});

test("createMemoryTransportPair() lets either end reconnect, and both share one attempt", async () => {
  const [near, far] = createMemoryTransportPair();
  const farLog = new MessageLog(far.incomingMessages);
  near.disconnect();
  assertEquals(near.health().level, "degraded");
  const asked = await Promise.all([far.reconnect(), near.reconnect(), far.reconnect()]);
  assertEquals(asked.map(({ level }) => level), ["healthy", "healthy", "healthy"]);
  await farLog.take("open", near.openStream(opening()));
  await far.reconnect();
  assertEquals([near.health().level, far.health().level], ["healthy", "healthy"]);
  await near.close();
  assertEquals((await far.reconnect()).level, "closed");
  assert(far.isClosed);
});

test("createMemoryTransportPair() ends a unary call whose request was lost with DATA_LOSS", async () => {
  const { caller, close } = serveEcho((_, direction) => direction === "toResponder");
  const error = await assertStatus(caller.client(Echo).echo("hello"), RpcStatus.DATA_LOSS);
  assertEquals(error.rawMessage, "Messages were lost: 0 came, 1 were sent");
  await close();
});

test("createMemoryTransportPair() ends a unary call whose answer was lost with DATA_LOSS", async () => {
  const { caller, close } = serveEcho((_, direction) => direction === "toCaller");
  await assertStatus(caller.client(Echo).echo("hello"), RpcStatus.DATA_LOSS, "0 came, 1 were");
  await close();
});

test("createMemoryTransportPair() ends a stream of which items were lost with DATA_LOSS", async () => {
  let count = 0;
  const { caller, close } = serveEcho((message) => message.kind === "message" && ++count % 3 === 0);
  const items: number[] = [];
  const read = async (): Promise<void> => {
    for await (const item of caller.client(Echo).count(5000)) items.push(item);
  };
  await assertStatus(read(), RpcStatus.DATA_LOSS, "Messages were lost: 3334 came, 5000 were sent");
  assertEquals(items.slice(0, 5), [0, 1, 3, 4, 6]);
  assertEquals(items.length, 3334);
  await close();
});

test("createMemoryTransportPair() loses the share of messages that it was told", async () => {
  let draws = 0;
  const random = (): number => (draws++ % 10) / 10;
  const [near, far] = createMemoryTransportPair({ loss: 0.3, random });
  const farLog = new MessageLog(far.incomingMessages);
  const id = near.openStream(opening());
  for (let index = 0; index < 20; index++) near.sendMessage(id, bytesOf(`${index}`));
  near.finishSending(id);
  await farLog.take("cancel", id);
  assertEquals(farLog.texts(id).map(Number), [3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 18, 19]);
  assertEquals(draws, 20, "something else than messages was asked about");
  await near.close();
});

test("createMemoryTransportPair() asks about each message, with its direction", async () => {
  const asked: string[] = [];
  const [near, far] = createMemoryTransportPair({
    loss: (message, direction) => {
      const text = "message" in message ? textOf(message.message) : "";
      asked.push(`${message.kind} ${text} ${direction}`);
      return false;
    },
  });
  const nearLog = new MessageLog(near.incomingMessages);
  const farLog = new MessageLog(far.incomingMessages);
  const id = near.openStream(opening({ message: bytesOf("a") }));
  near.sendMessage(id, bytesOf("b"));
  near.finishSending(id);
  await farLog.take("halfClose", id);
  far.endStream(id, ending({ message: bytesOf("c") }));
  await nearLog.take("status", id);
  assertEquals(asked, ["open a toResponder", "message b toResponder", "status c toCaller"]);
  await near.close();
});

const Echo = defineContract("Echo", {
  echo: unary<string, string>(),
  count: serverStream<number, number>(),
});

type Loss = NonNullable<Parameters<typeof createMemoryTransportPair>[0]>["loss"];

function serveEcho(loss: NonNullable<Loss>): {
  readonly caller: RpcCallerEndpoint;
  close(): Promise<void>;
} {
  const contract = implement(Echo, {
    echo: (text) => text,
    async *count(to) {
      for (let item = 0; item < to; item++) yield item;
    },
  });
  const [near, far] = createMemoryTransportPair({ loss });
  const responder = new RpcResponderEndpoint({ transport: far, contracts: [contract] });
  responder.start();
  const caller = new RpcCallerEndpoint({ transport: near });
  const close = async (): Promise<void> => {
    assertEquals([near.openStreams, far.openStreams], [0, 0]);
    await caller.close();
    await responder.close();
  };
  return { caller, close };
}
