import { toIdleSeconds } from "../../../src/adapters/common/handler_options.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("toIdleSeconds() takes 30 s unless told, and rounds up to whole seconds", () => {
  assertEquals([undefined, 0, 1, 1000, 1001, 960_000].map((ms) => toIdleSeconds(ms)), [
    30,
    0,
    1,
    1,
    2,
    960,
  ]);
});

test("toIdleSeconds() rejects times that a platform would refuse", () => {
  for (const ms of [-1, NaN, 960_001, Infinity]) {
    assertThrows(() => toIdleSeconds(ms), RangeError, `idleTimeoutMs is ${ms}`);
  }
});
