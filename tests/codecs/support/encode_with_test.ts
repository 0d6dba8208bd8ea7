import { encodeWith } from "../../../src/codecs/support/encode_with.ts";
import { Unrepresentable } from "../../../src/codecs/support/unrepresentable.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

function encodeByte(byte: number, before?: () => void): Uint8Array<ArrayBuffer> {
  return encodeWith("Test", (out) => {
    out.reserve(2);
    out.bytes[out.position++] = byte;
    before?.();
    out.bytes[out.position++] = byte;
  });
}

test("encodeWith() returns what was written", () => {
  assertEquals([...encodeByte(7)], [7, 7]);
  assertEquals(encodeWith("Test", () => {}).length, 0);
});

test("encodeWith() keeps what is encoded inside apart", () => {
  const inner: Uint8Array[] = [];
  const outer = encodeByte(1, () => inner.push(encodeByte(2, () => inner.push(encodeByte(3)))));
  assertEquals([outer, ...inner].map((bytes) => [...bytes]), [[1, 1], [3, 3], [2, 2]]);
});

test("encodeWith() turns an Unrepresentable into a TypeError and leaves other errors alone", () => {
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

test("encodeWith() leaves nothing of a failed attempt", () => {
  const before = encodeByte(1);
  assertThrows(() =>
    encodeByte(2, () => {
      throw new RangeError("mine");
    }), RangeError);
  const after = encodeByte(3);
  assert(after.buffer === before.buffer && after.byteOffset === before.byteOffset + 2);
});
