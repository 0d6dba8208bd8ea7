import {
  type ProtobufField,
  protobufText,
  ProtobufWriter,
  readProtobuf,
} from "../../src/internal/protobuf.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { bytesOf, fromHex, toHex } from "../support/native_frames.ts";

function read(hex: string): ProtobufField[] {
  return [...readProtobuf(fromHex(hex))];
}

test("ProtobufWriter writes the bytes of the encoding guide", () => {
  assertEquals(toHex(new ProtobufWriter().integer(1, 150n).finish()), "089601");
  assertEquals(toHex(new ProtobufWriter().text(2, "testing").finish()), "120774657374696e67");
  const inner = new ProtobufWriter().integer(1, 150n).finish();
  assertEquals(toHex(new ProtobufWriter().bytes(3, inner).finish()), "1a03089601");
  assertEquals(toHex(new ProtobufWriter().integer(1, -1n).finish()), "08ffffffffffffffffff01");
});

test("ProtobufWriter leaves out empty fields, but not empty members of a list", () => {
  assertEquals(new ProtobufWriter().integer(1, 0n).text(2, "").finish().length, 0);
  assertEquals(toHex(new ProtobufWriter().repeatedText(1, "").finish()), "0a00");
  assertEquals(toHex(new ProtobufWriter().bytes(1, new Uint8Array(0)).finish()), "0a00");
});

test("readProtobuf() reads integers of any sign and longer forms of them", () => {
  assertEquals(read("089601"), [{ number: 1, kind: "integer", value: 150n }]);
  assertEquals(read("08ffffffffffffffffff01"), [{ number: 1, kind: "integer", value: -1n }]);
  assertEquals(read("08968100"), [{ number: 1, kind: "integer", value: 150n }]);
});

test("readProtobuf() names fixed fields, whose values nobody asks for", () => {
  assertEquals(read("0d0102030411010203040506070818 01".replaceAll(" ", "")), [
    { number: 1, kind: "other" },
    { number: 2, kind: "other" },
    { number: 3, kind: "integer", value: 1n },
  ]);
});

test("readProtobuf() gives bytes that hold text", () => {
  const [field] = readProtobuf(new ProtobufWriter().text(4, "größe").finish());
  assertEquals(field, { number: 4, kind: "bytes", value: bytesOf("größe") });
  assertEquals(protobufText(bytesOf("größe")), "größe");
});

test("readProtobuf() refuses what is no message", () => {
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
