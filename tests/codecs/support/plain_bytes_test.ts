import { checkBytes, plainBytes, sendableBytes } from "../../../src/codecs/support/plain_bytes.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

class Bytes extends Uint8Array {}

test("plainBytes() returns plain bytes as they are, and a plain view of others", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert(plainBytes(bytes) === bytes);
  const view = new Bytes([1, 2, 3]).subarray(1);
  const plain = plainBytes(view);
  assert(plain.constructor === Uint8Array && plain.buffer === view.buffer);
  assertEquals([...plain], [2, 3]);
});

test("sendableBytes() copies memory that is shared, and only that", () => {
  const bytes = Uint8Array.of(1);
  assert(sendableBytes(bytes) === bytes);
  const shared = new Uint8Array(new SharedArrayBuffer(4), 1, 2).fill(9);
  const copy = sendableBytes(shared);
  assertEquals(copy, Uint8Array.of(9, 9));
  shared.fill(0);
  assertEquals(copy, Uint8Array.of(9, 9));
});

test("checkBytes() names what it found instead", () => {
  const bytes = new Bytes(1);
  assert(checkBytes(bytes, "decode", "Test") === bytes);
  const words = "Cannot decode Test: found null, expected a Uint8Array";
  assertThrows(() => checkBytes(null, "decode", "Test"), TypeError, words);
  assertThrows(() => checkBytes([], "decode", "Test"), TypeError, "found object");
});
