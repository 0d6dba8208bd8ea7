import { createMessagePackEncoder } from "../../../src/codecs/messagepack/encoder.ts";
import type { ByteArena } from "../../../src/codecs/support/byte_arena.ts";
import { Unrepresentable } from "../../../src/codecs/support/unrepresentable.ts";
import { ValueEncoder } from "../../../src/codecs/support/value_encoder.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

/** Writes a byte twice; what is given is done in between. */
function byteEncoder(before?: () => void): ValueEncoder {
  return new ValueEncoder("Test", (out, byte) => {
    out.reserve(2);
    // The tests encode bytes alone.
    out.bytes[out.position++] = byte as number;
    before?.();
    // As above.
    out.bytes[out.position++] = byte as number;
  });
}

function encodeByte(byte: number, before?: () => void): Uint8Array<ArrayBuffer> {
  return byteEncoder(before).encode(byte);
}

/** Writes bytes one by one, as many as it is told. */
const countEncoder = new ValueEncoder("Test", (out: ByteArena, count) => {
  // The tests encode counts alone.
  for (let left = count as number; left > 0; left--) {
    out.reserve(1);
    out.bytes[out.position++] = left;
  }
});

test("ValueEncoder.encode() returns what was written", () => {
  assertEquals([...encodeByte(7)], [7, 7]);
  assertEquals(countEncoder.encode(0).length, 0);
});

test("ValueEncoder.encode() keeps what is encoded inside apart", () => {
  const inner: Uint8Array[] = [];
  const outer = encodeByte(1, () => inner.push(encodeByte(2, () => inner.push(encodeByte(3)))));
  assertEquals([outer, ...inner].map((bytes) => [...bytes]), [[1, 1], [3, 3], [2, 2]]);
});

test("ValueEncoder.encode() turns an Unrepresentable into a TypeError and leaves other errors alone", () => {
  const fail = (thrown: unknown) => (): never => {
    throw thrown;
  };
  const bad = new Unrepresentable("this", "that");
  assertThrows(
    () => encodeByte(1, fail(bad)),
    TypeError,
    "Cannot encode value as Test: found this",
  );
  const cause = new RangeError("mine");
  assert(assertThrows(() => encodeByte(1, fail(cause)), RangeError) === cause);
});

test("ValueEncoder.encode() leaves nothing of a failed attempt", () => {
  const before = encodeByte(1);
  assertThrows(() =>
    encodeByte(2, () => {
      throw new RangeError("mine");
    }), RangeError);
  const after = encodeByte(3);
  assert(after.buffer === before.buffer && after.byteOffset === before.byteOffset + 2);
});

test("ValueEncoder.encodeInto() writes where it is told, and nowhere before", () => {
  const memory = new Uint8Array(100).fill(9);
  assertEquals(byteEncoder().encodeInto(7, memory, 50), 2);
  assertEquals([...memory.subarray(48, 52)], [9, 9, 7, 7]);
  assertEquals(countEncoder.encodeInto(0, memory, 100), 0);
});

test("ValueEncoder.encodeInto() answers the bytes of what has no room there", () => {
  for (const count of [11, 8000, 9000, 40_000]) {
    const memory = new Uint8Array(30);
    const bytes = countEncoder.encodeInto(count, memory, 20);
    assertEquals(bytes, countEncoder.encode(count), `${count}`);
    assertEquals(countEncoder.encodeInto(10, memory, 20), 10);
    assertEquals([...memory.subarray(20)], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  }
});

test("ValueEncoder.encodeInto() writes numbers with a point where they belong", () => {
  const memories = [new Uint8Array(100), new Uint8Array(100)];
  const encoder = createMessagePackEncoder(1);
  for (const memory of [...memories, ...memories]) {
    assertEquals(encoder.encodeInto(0.5, memory, 3), 9);
    assertEquals(memory.slice(3, 12), encoder.encode(0.5));
    memory.fill(0);
  }
});

test("ValueEncoder.encodeInto() keeps what is encoded inside apart", () => {
  const outer = new Uint8Array(10);
  const inner = new Uint8Array(10);
  const length = byteEncoder(() => {
    assertEquals(byteEncoder(() => void encodeByte(3)).encodeInto(2, inner, 4), 2);
  }).encodeInto(1, outer, 4);
  assertEquals([length, outer[4], outer[5], inner[4], inner[5]], [2, 1, 1, 2, 2]);
});

test("ValueEncoder.encodeInto() fails as encode() does, and leaves nothing of the attempt", () => {
  const memory = new Uint8Array(100);
  const fail = (): never => {
    throw new Unrepresentable("this", "that");
  };
  assertThrows(
    () => byteEncoder(fail).encodeInto(1, memory, 0),
    TypeError,
    "Cannot encode value as Test: found this",
  );
  assertEquals(byteEncoder().encodeInto(5, memory, 0), 2);
  assertEquals([...memory.subarray(0, 3)], [5, 5, 0]);
});
