import { concatBytes, keepBytes } from "../../src/internal/bytes.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("concatBytes() joins parts in order", () => {
  const parts = [new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])];
  assertEquals(concatBytes(parts, 3), new Uint8Array([1, 2, 3]));
});

test("concatBytes() returns a single part as it is", () => {
  const only = new Uint8Array([1, 2]);
  assert(concatBytes([only], 2) === only);
});

test("concatBytes() makes empty bytes of no parts", () => {
  assertEquals(concatBytes([], 0), new Uint8Array());
});

test("concatBytes() honours where a view begins", () => {
  const buffer = new Uint8Array([0, 1, 2, 3]);
  assertEquals(
    concatBytes([buffer.subarray(2), buffer.subarray(1, 2)], 3),
    new Uint8Array([2, 3, 1]),
  );
});

test("keepBytes() copies a small view out of a large buffer", () => {
  const buffer = new Uint8Array(100);
  const view = buffer.subarray(10, 59);
  const kept = keepBytes(view);
  view[0] = 7;
  assertEquals([kept.length, kept.byteOffset, kept.buffer.byteLength, kept[0]], [49, 0, 49, 0]);
});

test("keepBytes() keeps a view that is half of its buffer or more", () => {
  const view = new Uint8Array(100).subarray(50);
  assert(keepBytes(view) === view);
});
