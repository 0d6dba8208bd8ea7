import { returnBuffer, takeBuffer } from "../../src/internal/buffer_pool.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

const KIB = 1024;

test("takeBuffer() gives the next larger size there is, and any size above them", () => {
  const sizes = [1, 512, 513, 16 * KIB, 16 * KIB + 1, 128 * KIB, 128 * KIB + 1, 300 * KIB];
  assertEquals(
    sizes.map((bytes) => takeBuffer(bytes).length),
    [0.5, 0.5, 16, 16, 128, 128].map((size) => size * KIB).concat(128 * KIB + 1, 300 * KIB),
  );
});

test("takeBuffer() gives a buffer that was returned, once", () => {
  const buffer = takeBuffer(20 * KIB);
  returnBuffer(buffer);
  assert(takeBuffer(20 * KIB) === buffer);
  assert(takeBuffer(20 * KIB) !== buffer);
});

test("returnBuffer() drops buffers of other sizes, and those above the number that is kept", () => {
  const other = new Uint8Array(17 * KIB);
  returnBuffer(other);
  const buffers = Array.from({ length: 100 }, () => takeBuffer(KIB));
  for (const buffer of buffers) returnBuffer(buffer);
  const again = new Set(Array.from({ length: 100 }, () => takeBuffer(KIB)));
  assertEquals(again.size, 100);
  assertEquals(buffers.filter((buffer) => again.has(buffer)).length, 32);
  assert(!again.has(other));
});
