import { ELEMENT_TYPES, EXTENSION } from "../../../src/codecs/messagepack/extensions.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("EXTENSION holds one type each: the timestamp of the specification, ours for applications", () => {
  const types = Object.values(EXTENSION);
  assertEquals(new Set(types).size, types.length);
  for (const type of types) assert(type < 0x80 || type === 0xff);
  assertEquals(EXTENSION.timestamp << 24 >> 24, -1);
});

test("ELEMENT_TYPES holds one byte each, none for what bin carries", () => {
  const types = Object.values(ELEMENT_TYPES);
  assertEquals(new Set(types).size, types.length);
  assert(!("Uint8Array" in ELEMENT_TYPES));
});
