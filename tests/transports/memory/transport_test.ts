import { RpcLogger } from "../../../src/logger.ts";
import { createMemoryTransportPair } from "../../../src/transports/memory.ts";
import { assertEquals } from "../../support/assert.ts";
import { settle } from "../../support/fake_clock.ts";
import { MessageLog } from "../../support/message_log.ts";
import { test } from "../../support/test.ts";
import { opening } from "../../support/transport_pair.ts";

test("MemoryTransport logs the connections of each end under its own name", async () => {
  const lines: string[] = [];
  const logger = new RpcLogger("pair", {
    level: "debug",
    sink: ({ scope, level, message }) => lines.push(`${scope} ${level} ${message}`),
  });
  const [near, far] = createMemoryTransportPair({ logger });
  near.disconnect();
  await settle();
  assertEquals(lines, [
    "pair.caller debug Connected",
    "pair.responder debug Connected",
    "pair.caller info Connection lost",
    "pair.responder info Connection lost",
  ]);
  await near.close();
  await far.close();
  assertEquals(lines.length, 4);
});

test("MemoryTransport.reconnect() is a loss for the other end only", async () => {
  const lines: string[] = [];
  const logger = new RpcLogger("pair", {
    sink: ({ scope, message, fields }) => lines.push(`${scope} ${message} ${fields["by"]}`),
  });
  const [near, far] = createMemoryTransportPair({ logger });
  await near.reconnect();
  assertEquals(lines, ["pair.responder Connection lost peer"]);
  await near.close();
  await far.close();
});

test("MemoryTransport.close() from within a call's end does no harm", async () => {
  const [near, far] = createMemoryTransportPair();
  const log = new MessageLog(near.incomingMessages);
  log.onMessage = () => void near.close();
  near.openStream(opening());
  near.openStream(opening());
  near.disconnect();
  assertEquals([log.all.length, near.health().level], [2, "closed"]);
  await near.close();
  assertEquals(far.isClosed, true);
});

test("MemoryTransport.reconnect() from within a call's end makes one connection", async () => {
  const [near, far] = createMemoryTransportPair();
  const nearLog = new MessageLog(near.incomingMessages);
  const farLog = new MessageLog(far.incomingMessages);
  near.openStream(opening());
  near.openStream(opening());
  let asked: Promise<unknown> | undefined;
  nearLog.onMessage = () => {
    asked = near.reconnect();
  };
  near.disconnect();
  await asked;
  nearLog.onMessage = () => {};
  const id = near.openStream(opening());
  await farLog.take("open", id);
  assertEquals([id, near.health().level], [5, "healthy"]);
  await near.close();
});

test("MemoryTransport.reconnect() from within the end of a call that it ends itself", async () => {
  let connections = 0;
  const logger = new RpcLogger("pair", {
    level: "debug",
    sink: ({ message }) => void (connections += message === "Connected" ? 1 : 0),
  });
  const [near, far] = createMemoryTransportPair({ logger });
  const log = new MessageLog(near.incomingMessages);
  near.openStream(opening());
  const asked: Promise<unknown>[] = [];
  log.onMessage = () => void asked.push(near.reconnect());
  asked.push(near.reconnect());
  await Promise.all(asked);
  assertEquals([asked.length, connections], [2, 4]);
  await near.close();
  await far.close();
});

test("MemoryTransport knows that its peer closed before it was told of the end", async () => {
  const [near, far] = createMemoryTransportPair();
  void far.close();
  assertEquals([near.isClosed, near.health().level], [false, "healthy"]);
  await settle();
  assertEquals([near.isClosed, near.health().level], [true, "closed"]);
  assertEquals((await near.reconnect()).level, "closed");
});
