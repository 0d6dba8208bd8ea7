import { RpcLogger, type RpcLogLevel, type RpcLogRecord, silentLogger } from "../src/logger.ts";
import { assert, assertEquals } from "./support/assert.ts";
import { test } from "./support/test.ts";

const LEVELS: readonly RpcLogLevel[] = ["debug", "info", "warn", "error"];

test("RpcLogger hands records to its sink with level, scope, message, fields and time", () => {
  const records: RpcLogRecord[] = [];
  const logger = new RpcLogger("Server", { sink: (record) => records.push(record) });
  const before = Date.now();
  logger.warn("Connection lost", { closeCode: 1006 });
  logger.error("Stopped");
  const after = Date.now();
  assertEquals(records.map(({ time: _, ...rest }) => rest), [
    { level: "warn", scope: "Server", message: "Connection lost", fields: { closeCode: 1006 } },
    { level: "error", scope: "Server", message: "Stopped", fields: {} },
  ]);
  for (const { time } of records) assert(time >= before && time <= after);
});

test("RpcLogger lets through its level and those above", () => {
  for (const [rank, level] of LEVELS.entries()) {
    const seen: RpcLogLevel[] = [];
    const logger = new RpcLogger("Server", { sink: (record) => seen.push(record.level), level });
    for (const each of LEVELS) logger[each]("Said");
    assertEquals(seen, LEVELS.slice(rank));
    assertEquals(LEVELS.filter((each) => logger.isEnabled(each)), LEVELS.slice(rank));
  }
});

test("RpcLogger takes info for its level unless given another", () => {
  const seen: RpcLogLevel[] = [];
  const logger = new RpcLogger("Server", { sink: (record) => seen.push(record.level) });
  for (const each of LEVELS) logger[each]("Said");
  assertEquals(seen, ["info", "warn", "error"]);
});

test("RpcLogger is silent without a sink", () => {
  const logger = new RpcLogger("Server", { level: "debug" });
  for (const each of LEVELS) {
    logger[each]("Said");
    assert(!logger.isEnabled(each));
    assert(!silentLogger.isEnabled(each));
  }
});

test("RpcLogger.child() keeps sink and level and lengthens the scope", () => {
  const records: RpcLogRecord[] = [];
  const logger = new RpcLogger("Client", { sink: (record) => records.push(record), level: "warn" });
  const child = logger.child("transport").child("socket");
  child.info("Opened");
  child.warn("Closed");
  assertEquals(child.scope, "Client.transport.socket");
  assertEquals(records.map(({ scope, message }) => [scope, message]), [
    ["Client.transport.socket", "Closed"],
  ]);
  assert(!silentLogger.child("any").isEnabled("error"));
});

test("RpcLogger loses a record whose sink throws, and nothing else", () => {
  let calls = 0;
  const logger = new RpcLogger("Server", {
    sink: () => {
      calls++;
      throw new Error("Disk is full");
    },
  });
  logger.info("One");
  logger.child("two").error("Two");
  assertEquals(calls, 2);
});
