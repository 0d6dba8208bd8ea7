import { ProtobufReader, ProtobufWriter } from "../../src/internal/protobuf.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { bytesOf, fromHex, toHex } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

function read(hex: string): ProtobufReader {
  return new ProtobufReader(fromHex(hex));
}

test("ProtobufWriter writes the bytes of the encoding guide", () => {
  assertEquals(toHex(new ProtobufWriter().integer(1, 150).finish()), "089601");
  assertEquals(toHex(new ProtobufWriter().text(2, "testing").finish()), "120774657374696e67");
  const inner = new ProtobufWriter().integer(1, 150);
  assertEquals(toHex(new ProtobufWriter().message(3, inner).finish()), "1a03089601");
  assertEquals(toHex(new ProtobufWriter().integer(1, 2 ** 53 - 1).finish()), "08ffffffffffffff0f");
});

test("ProtobufWriter leaves out empty fields, but not empty members of a list", () => {
  assertEquals(new ProtobufWriter().integer(1, 0).text(2, "").finish().length, 0);
  assertEquals(toHex(new ProtobufWriter().repeatedText(1, "").finish()), "0a00");
  assertEquals(toHex(new ProtobufWriter().message(1, new ProtobufWriter()).finish()), "0a00");
});

test("ProtobufReader reads integers of any sign and longer forms of them", () => {
  assertEquals(read("089601").integer(1), 150n);
  assertEquals(read("08ffffffffffffffffff01").integer(1), -1n);
  assertEquals(read("08968100").integer(1), 150n);
});

test("ProtobufReader skips fixed fields", () => {
  const fields = read("0d01020304110102030405060708" + "1801");
  assertEquals([fields.integer(1), fields.integer(2), fields.integer(3)], [0n, 0n, 1n]);
  assertEquals([fields.bytes(1), fields.bytes(2)], [[], []]);
});

test("ProtobufReader gives texts, bytes and messages, all or the last", () => {
  const inner = new ProtobufWriter().text(1, "x");
  const message = new ProtobufWriter().repeatedText(4, "größe").repeatedText(4, "b").message(
    5,
    inner,
  );
  const fields = new ProtobufReader(message.finish());
  assertEquals(fields.bytes(4), [bytesOf("größe"), bytesOf("b")]);
  assertEquals(fields.texts(4), ["größe", "b"]);
  assertEquals(fields.text(4), "b");
  assertEquals(fields.messages(5).map((one) => one.text(1)), ["x"]);
  assertEquals([fields.text(9), fields.texts(9), fields.messages(9)], ["", [], []]);
});

test("ProtobufReader takes a field of another kind for none", () => {
  // Field 1: the integer 150, the text "a", the integer 1; then a text alone.
  const fields = read("089601" + "0a0161" + "0801" + "120162");
  assertEquals([fields.integer(1), fields.text(1)], [1n, "a"]);
  assertEquals([fields.integer(2), fields.text(2)], [0n, "b"]);
});

test("ProtobufReader refuses what is no message", () => {
  const malformed = {
    "an integer without a value": "08",
    "an integer that goes on": "0896",
    "a text that is cut off": "0a05616263",
    "a fixed number that is cut off": "0d010203",
    "field number 0": "00",
    "a group": "0b",
    "a type that does not exist": "0f",
    "an integer of eleven bytes": "08ffffffffffffffffffff01",
  };
  for (const [what, hex] of Object.entries(malformed)) {
    const error = assertThrows(() => read(hex), RangeError);
    assertEquals(error.message.startsWith("Cannot read Protocol Buffers"), true, what);
  }
});
