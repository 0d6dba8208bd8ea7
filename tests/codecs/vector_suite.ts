import type { RpcCodec } from "../../src/codecs/codec.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { errorNamed, fromHex, loadVectors, readValue, toHex } from "./vector_value.ts";

/** Holds a codec to the golden vectors of its format; `symbol` begins the names of the tests. */
export async function testVectors(
  symbol: string,
  format: "messagepack" | "cbor",
  codec: RpcCodec,
): Promise<void> {
  const { exact, accepted, refused } = await loadVectors(format);

  test(`${symbol} encodes every golden value as its golden bytes`, () => {
    assert(exact.length > 30);
    for (const { name, value, hex } of exact) {
      assertEquals(toHex(codec.encode(readValue(value))), hex, name);
    }
  });

  test(`${symbol} decodes every golden vector as its value`, () => {
    for (const { name, value, hex } of [...exact, ...accepted]) {
      assertEquals(codec.decode(fromHex(hex)), readValue(value), name);
    }
  });

  test(`${symbol} refuses every malformed vector with the documented error`, () => {
    assert(refused.length > 30);
    for (const { name, hex, error } of refused) {
      const type = errorNamed(error);
      const thrown = named(name, () => assertThrows(() => codec.decode(fromHex(hex)), type));
      assert(/^Cannot decode .+ at byte \d+: found .+, expected /.test(thrown.message), name);
    }
  });

  test(`${symbol} refuses every golden vector that is cut at any byte`, () => {
    for (const { name, hex } of [...exact, ...accepted]) {
      const bytes = fromHex(hex);
      // Long ones repeat one byte.
      const ends = new Set(
        Array.from({ length: 40 }, (_, at) => [at, bytes.length - 1 - at]).flat(),
      );
      for (const end of ends) {
        if (end < 0 || end >= bytes.length) continue;
        named(
          `${name}, cut at ${end}`,
          () => assertThrows(() => codec.decode(bytes.subarray(0, end)), SyntaxError),
        );
      }
    }
  });

  test(`${symbol} refuses every golden vector that is followed by a byte`, () => {
    for (const { name, hex } of [...exact, ...accepted]) {
      const bytes = fromHex(`${hex}00`);
      named(name, () => assertThrows(() => codec.decode(bytes), SyntaxError, "after the value"));
    }
  });

  test(`${symbol} decodes bytes in the middle of other memory`, () => {
    for (const { name, value, hex } of exact) {
      const memory = fromHex(`ffffff${hex}ffffffff`);
      const bytes = memory.subarray(3, memory.length - 4);
      assertEquals(codec.decode(bytes), readValue(value), name);
    }
  });
}

function named<T>(name: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    throw new Error(`Vector "${name}" failed`, { cause });
  }
}
