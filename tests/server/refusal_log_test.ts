import { RefusalLog } from "../../src/server/refusal_log.ts";
import { assertEquals } from "../support/assert.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { createLog, messagesOf } from "../support/log.ts";
import { test } from "../support/test.ts";

test("RefusalLog tells ten at once, then one in ten seconds and how many it left out", async () => {
  const { logger, records } = createLog();
  const clock = new FakeClock();
  const log = new RefusalLog(logger, clock);
  for (let count = 0; count < 10; count++) log.warn("Refused", { count });
  assertEquals(records.map(({ fields }) => fields["count"]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (let count = 0; count < 1000; count++) log.warn("Refused");
  await clock.advance(9_999);
  log.error("Failed");
  assertEquals(records.length, 10);
  await clock.advance(1);
  log.error("Failed", { name: "Error" });
  assertEquals(records.at(-1)?.fields, { name: "Error", leftOut: 1001 });
  await clock.advance(10_000);
  log.warn("Refused");
  assertEquals(records.at(-1)?.fields, {});
  assertEquals([messagesOf(records, "warn").length, messagesOf(records, "error").length], [11, 1]);
});
