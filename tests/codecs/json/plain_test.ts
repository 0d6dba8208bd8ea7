import { isPlainJson } from "../../../src/codecs/json/plain.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("isPlainJson() accepts what JSON.stringify writes exactly", () => {
  const values = [null, true, "a", "\ud800", 0, 1e300, [], {}, { a: [{ b: undefined }] }];
  for (const value of values) assert(isPlainJson(value, 3));
});

test("isPlainJson() rejects what JSON.stringify would change or drop", () => {
  const values = [undefined, NaN, Infinity, -0, 1n, Symbol(), () => 1, new Map(), new Date(0)];
  const objects = [new Uint8Array(1), { toJSON: () => 1 }, new (class A {})(), Object(1)];
  for (const value of [...values, ...objects]) {
    assertEquals(isPlainJson(value, 3), false);
    assertEquals(isPlainJson([value], 3), false);
    if (value !== undefined) assertEquals(isPlainJson({ a: value }, 3), false);
  }
  const sparse = new Array(1);
  assertEquals(isPlainJson(sparse, 3), false);
});

test("isPlainJson() counts levels", () => {
  assert(isPlainJson([{}], 2));
  assertEquals(isPlainJson([{}], 1), false);
  assertEquals(isPlainJson([], 0), false);
});
