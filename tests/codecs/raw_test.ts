import { rawCodec } from "../../src/codecs/raw.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

const codec = rawCodec();

test("rawCodec() returns the very bytes it is given, both ways", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert(codec.encode(bytes) === bytes);
  assert(codec.decode(bytes) === bytes);
  assert(rawCodec() === codec);
  assertEquals(codec.name, "raw");
});

test("rawCodec() makes a plain view of a subclass, without a copy", () => {
  class Bytes extends Uint8Array {}
  const bytes = new Bytes([1, 2, 3, 4]).subarray(1, 3);
  for (const plain of [codec.encode(bytes), codec.decode(bytes)]) {
    assertEquals(Object.getPrototypeOf(plain), Uint8Array.prototype);
    assert(plain.buffer === bytes.buffer && plain.byteOffset === 1);
    assertEquals([...plain], [2, 3]);
  }
});

test("rawCodec() copies bytes that other threads may write, since no socket takes them", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(7);
  const sent = codec.encode(shared);
  assert(sent.buffer instanceof ArrayBuffer);
  assertEquals([...sent], [7, 7]);
});

test("rawCodec() refuses anything but a Uint8Array", () => {
  // What a program without types may do.
  const { encode, decode } = codec as unknown as Record<string, (value: unknown) => unknown>;
  for (const value of [null, undefined, "a", [1], {}, new ArrayBuffer(1), new Int8Array(1)]) {
    assertThrows(() => encode?.(value), TypeError, "Cannot encode raw bytes: found ");
    assertThrows(() => decode?.(value), TypeError, "Cannot decode raw bytes: found ");
  }
});
