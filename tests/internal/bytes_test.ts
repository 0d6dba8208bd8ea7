import { concatBytes, keepAllBytes, keepBytes } from "../../src/internal/bytes.ts";
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

test("keepAllBytes() keeps small views together, in memory of their own of 4 KiB at most", () => {
  const batch = new Uint8Array(50_000).map((_, index) => index);
  const views = Array.from({ length: 9 }, (_, index) => batch.subarray(index * 1000, index * 2000));
  const kept = keepAllBytes([...views.slice(1, 2), ...views.slice(1, 2), ...views.slice(1, 2)]);
  // What it gives for bytes is bytes.
  const buffers = kept.map((bytes) => (bytes as Uint8Array).buffer);
  assertEquals(kept, [views[1], views[1], views[1]]);
  assertEquals(new Set(buffers).size, 1);
  assertEquals(buffers[0]?.byteLength, 3000);
  const many = keepAllBytes(Array.from({ length: 50 }, () => views[1]));
  // As above.
  const sizes = new Set(many.map((bytes) => (bytes as Uint8Array).buffer)).values();
  assertEquals(Array.from(sizes, ({ byteLength }) => byteLength), [...Array(12).fill(4096), 2000]);
  assert(
    many.every((bytes) => (bytes as Uint8Array).every((byte, index) => byte === views[1]?.[index])),
  );
});

test("keepAllBytes() does with other items what keepBytes() does, and leaves the rest alone", () => {
  const batch = new Uint8Array(50_000);
  const large = batch.subarray(0, 1025);
  const whole = new Uint8Array(3);
  const other = {};
  const kept = keepAllBytes([large, whole, other, batch.subarray(0, 0)]);
  assertEquals(kept[0], large);
  // What it gives for bytes is bytes.
  assertEquals((kept[0] as Uint8Array).buffer.byteLength, 1025);
  assert(kept[1] === whole && kept[2] === other);
  assertEquals(kept[3], new Uint8Array(0));
  assertEquals(keepAllBytes([]), []);
});
