import { ConnectionSlots } from "../../src/server/connection_slots.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { createLog, messagesOf } from "../support/log.ts";
import { test } from "../support/test.ts";

test("ConnectionSlots.take() counts up to the ceiling and back", () => {
  const slots = new ConnectionSlots(2, createLog().logger);
  assertEquals([slots.take(), slots.take()], [true, true]);
  assertEquals([slots.taken, slots.isFull, slots.take()], [2, true, false]);
  slots.give();
  assertEquals([slots.taken, slots.isFull], [1, false]);
  slots.give();
  assertEquals(slots.taken, 0);
});

test("ConnectionSlots.take() warns once until the crowd has thinned out", () => {
  const { logger, records } = createLog();
  const slots = new ConnectionSlots(10, logger);
  for (let count = 0; count < 12; count++) slots.take();
  assertEquals(messagesOf(records, "warn").length, 1);
  slots.give();
  slots.take();
  slots.take();
  assertEquals(messagesOf(records, "warn").length, 1);
  slots.give();
  slots.give();
  for (let count = 0; count < 4; count++) slots.take();
  assertEquals(messagesOf(records, "warn").length, 2);
});

test("new ConnectionSlots() takes 10000 unless told, and rejects what is no number of slots", () => {
  const { logger } = createLog();
  assertEquals(new ConnectionSlots(undefined, logger).max, 10_000);
  for (const max of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => new ConnectionSlots(max, logger), RangeError, `maxConnections is ${max}`);
  }
});
