import { ByteInput } from "../../../src/codecs/support/byte_input.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { fromHex } from "../vector_value.ts";

const inputOf = (hex: string): ByteInput => new ByteInput(fromHex(hex), "Test");

test("ByteInput reads numbers, big-endian, one behind another", () => {
  const input = inputOf("ff fffe fffefdfc fffefdfc 3fc00000 bff8000000000000 00");
  assertEquals(input.uint8(), 0xff);
  assertEquals(input.uint16(), 0xfffe);
  assertEquals(input.uint32(), 0xfffefdfc);
  assertEquals(input.int32(), 0xfffefdfc | 0);
  assertEquals(input.float32(), 1.5);
  assertEquals(input.float64(), -1.5);
  assertEquals(input.position, input.bytes.length - 1);
});

test("ByteInput refuses every read beyond the end", () => {
  const reads: ((input: ByteInput) => unknown)[] = [
    (input) => input.uint8(),
    (input) => input.uint16(),
    (input) => input.uint32(),
    (input) => input.int32(),
    (input) => input.float32(),
    (input) => input.float64(),
    (input) => input.skip(1),
    (input) => input.binary(1),
  ];
  for (const read of reads) {
    assertThrows(
      () => read(inputOf("")),
      SyntaxError,
      "Cannot decode Test at byte 0: found 0 bytes",
    );
  }
  for (const read of reads.slice(1, 6)) {
    assertThrows(() => read(inputOf("00")), SyntaxError, "before the end");
  }
  assertThrows(() => inputOf("000000").skip(4), SyntaxError, "expected 4 or more");
});

test("ByteInput.binary() gives a view from half of the memory on, a copy below", () => {
  const half = inputOf("0102030405060708");
  assert(half.binary(4).buffer === half.bytes.buffer);
  const less = inputOf("0102030405060708");
  const copy = less.binary(3);
  assertEquals([...copy], [1, 2, 3]);
  assertEquals(copy.buffer.byteLength, 3);
});

test("ByteInput.binary() judges by all of the memory, not by the message", () => {
  const memory = new Uint8Array(100);
  const bytes = new ByteInput(memory.subarray(10, 20), "Test").binary(10);
  assert(bytes.buffer !== memory.buffer);
});

test("ByteInput.expectEnd() refuses bytes that are left", () => {
  const input = inputOf("0102");
  assertThrows(() => input.expectEnd(), SyntaxError, "found 2 bytes after the value");
  input.skip(2);
  input.expectEnd();
});

test("ByteInput makes errors that name format and position", () => {
  const input = inputOf("00");
  const words = "Cannot decode Test at byte 7: found this, expected that";
  assertEquals(input.syntaxError(7, "this", "that").message, words);
  assert(input.rangeError(7, "this", "that") instanceof RangeError);
  assertEquals(input.rangeError(7, "this", "that").message, words);
});
