import { messagePackCodec, type MessagePackFunctions } from "../../src/codecs/messagepack.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { skippedTest, test } from "../support/test.ts";
import { reach } from "./reach.ts";

const { module: std, reason } = await reach<MessagePackFunctions>("@std/msgpack");

function testWithStd(name: string, body: (std: MessagePackFunctions) => void): void {
  if (std === undefined) skippedTest(name, reason);
  else test(name, () => body(std));
}

// Integers beyond 32 bits are left out: @std/msgpack reads those of MessagePack as bigints.
const DATA = {
  text: "hi жук",
  list: [1, -1, 0.5, 2 ** 32 - 1, -(2 ** 31), true, null],
  bytes: Uint8Array.of(1, 2, 3),
  inner: { a: {}, b: [] },
};

testWithStd("messagePackCodec() carries data with @std/msgpack at both ends", (std) => {
  const codec = messagePackCodec<unknown>(std);
  assertEquals(codec.decode(codec.encode(DATA)), DATA);
});

testWithStd("messagePackCodec() reads what @std/msgpack writes, and the other way round", (std) => {
  assertEquals(messagePackCodec().decode(std.encode(DATA)), DATA);
  assertEquals(std.decode(messagePackCodec().encode(DATA)), DATA);
});

testWithStd("messagePackCodec() makes documented errors of those of @std/msgpack", (std) => {
  const codec = messagePackCodec(std);
  const error = assertThrows(() => codec.decode(Uint8Array.of(0x92, 1)), Error);
  const documented = [TypeError, SyntaxError, RangeError];
  assert(documented.some((type) => error instanceof type));
  assertThrows(() => codec.encode(Symbol()), TypeError);
});
