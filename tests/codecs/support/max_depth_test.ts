import { checkMaxDepth } from "../../../src/codecs/support/max_depth.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("checkMaxDepth() returns what is in range", () => {
  for (const maxDepth of [1, 128, 1024]) assertEquals(checkMaxDepth(maxDepth), maxDepth);
});

test("checkMaxDepth() refuses what is not, by its value", () => {
  for (const maxDepth of [0, 1025, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => checkMaxDepth(maxDepth), RangeError, `found maxDepth ${maxDepth}, expected`);
  }
});
