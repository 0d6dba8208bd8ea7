import {
  readBigint,
  readMemory,
  readTimestamp,
} from "../../../src/codecs/messagepack/decode_extension.ts";
import { ByteInput } from "../../../src/codecs/support/byte_input.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { fromHex } from "../vector_value.ts";

function inputOf(hex: string): ByteInput {
  return new ByteInput(fromHex(hex), "MessagePack");
}

test("readMemory() copies, so that elements are aligned wherever the message is", () => {
  for (const offset of [0, 1, 2, 3]) {
    const input = inputOf("00".repeat(offset) + "08000000000000f83f");
    input.position = offset;
    const numbers = readMemory(input, 9);
    assert(numbers instanceof Float64Array && numbers.buffer !== input.bytes.buffer);
    assertEquals([...numbers], [1.5]);
    assertEquals(numbers.buffer.byteLength, 8);
  }
});

test("readMemory() refuses a part of an element, an unknown type and none", () => {
  assertThrows(() => readMemory(inputOf("0900000000"), 5), SyntaxError, "a multiple of 8");
  assertThrows(() => readMemory(inputOf("0100"), 2), SyntaxError, "element type 1,");
  assertThrows(() => readMemory(inputOf(""), 0), SyntaxError, "element type missing");
});

test("readBigint() reads two's complement of any length up to the limit", () => {
  assertEquals(readBigint(inputOf("ff"), 1), -1n);
  assertEquals(readBigint(inputOf("00ff"), 2), 255n);
  assertEquals(readBigint(inputOf("ffff"), 2), -1n);
  assertEquals(readBigint(inputOf("80" + "00".repeat(1023)), 1024), -(2n ** 8191n));
  assertThrows(
    () => readBigint(inputOf("01" + "00".repeat(1024)), 1025),
    RangeError,
    "1024 or less",
  );
  assertThrows(() => readBigint(inputOf(""), 0), SyntaxError, "0 bytes");
});

test("readTimestamp() cuts towards the past below a millisecond", () => {
  // 999999 nanoseconds after the second before 1970.
  const before = readTimestamp(inputOf("000f423fffffffffffffffff"), 12);
  assertEquals(before.getTime(), -1000);
  assertEquals(readTimestamp(inputOf("000f423f0000000000000000"), 12).getTime(), 0);
});

test("readTimestamp() refuses what no Date can hold, at the limit and beyond", () => {
  const first = readTimestamp(inputOf("00000000fffff82457de8000"), 12);
  assertEquals(first.getTime(), -8.64e15);
  const tooEarly = "00000000fffff82457de7fff";
  assertThrows(() => readTimestamp(inputOf(tooEarly), 12), RangeError, "no Date can hold");
  assertThrows(() => readTimestamp(inputOf("000f4240000007dba8218000"), 12), RangeError);
});
