import { checkJsonDepth } from "../../../src/codecs/json/depth.ts";
import { assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("checkJsonDepth() allows the limit and refuses one level more", () => {
  checkJsonDepth('[{"a":[1]}]', 3);
  assertThrows(() => checkJsonDepth('[{"a":[1]}]', 2), RangeError, "at character 6");
});

test("checkJsonDepth() counts levels, not brackets", () => {
  checkJsonDepth("[[],[],[],{},{}]", 2);
  assertThrows(() => checkJsonDepth("[[],[],[],{},[{}]]", 2), RangeError, "at character 14");
});

test("checkJsonDepth() leaves brackets in strings alone", () => {
  checkJsonDepth('["[[[[[[","{{{{"]', 1);
  checkJsonDepth('["\\"[[[[","\\\\"]', 1);
  // Closing ones must not make room either.
  assertThrows(() => checkJsonDepth('["]]]]",[["]]]"]]]', 2), RangeError, "at character 9");
});

test("checkJsonDepth() does not mind text that is no JSON", () => {
  checkJsonDepth("]]]]]]}}}}", 1);
  checkJsonDepth('"""""', 1);
  checkJsonDepth("", 1);
});
