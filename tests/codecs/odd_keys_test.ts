/** Keys that engines give a meaning of their own, or that an object has already, in both codecs. */
import { cborCodec } from "../../src/codecs/cbor.ts";
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { withFrozenNames } from "../support/frozen_names.ts";
import { heapGrowth } from "../support/heap.ts";
import { test } from "../support/test.ts";
import { fromHex } from "./vector_value.ts";

const COUNT = 3000;

/** Three thousand maps of one entry, from "1000" to nothing, as hexadecimal digits. */
const MAPS: readonly (readonly [string, string])[] = [
  ["MessagePack", `dc0bb8${"81a431303030c0".repeat(COUNT)}`],
  ["CBOR", `990bb8${"a16431303030f6".repeat(COUNT)}`],
  ["CBOR, maps without a length", `990bb8${"bf6431303030f6ff".repeat(COUNT)}`],
  ["CBOR, keys without a length", `990bb8${"a17f6431303030fff6".repeat(COUNT)}`],
];

for (const [name, hex] of MAPS) {
  const codec = name.startsWith("CBOR") ? cborCodec() : messagePackCodec();

  test(`${name}: maps of one index take no room for those below`, () => {
    const bytes = fromHex(hex);
    let maps: unknown;
    const growth = heapGrowth(() => maps = codec.decode(bytes));
    assertEquals(maps, Array.from({ length: COUNT }, () => ({ 1000: null })));
    assert(growth < COUNT * 3000, `${growth} bytes`);
  });
}

for (const codec of [messagePackCodec(), cborCodec()]) {
  const name = codec.name;

  test(`${name}: objects of indices, dense and sparse, come back as they were`, () => {
    const dense = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [index, index]));
    const sparse = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [index * 97, {}]));
    const mixed = { 4294967294: 1, 4294967295: 3, 1000: 2, "01000": 4, name: { 500: 5, a: {} } };
    for (let times = 0; times < 3; times++) {
      for (const value of [dense, sparse, mixed]) {
        const decoded = codec.decode(codec.encode(value));
        assertEquals(decoded, value);
        assertEquals(Object.keys(decoded as object).sort(), Object.keys(value).sort());
      }
    }
  });

  test(`${name}: a property of an index far off is as plain as any other`, () => {
    // A map comes back as an object.
    const decoded = codec.decode(codec.encode({ 1000: 1, a: 1 })) as Record<string, unknown>;
    const plain = { value: 1, writable: true, enumerable: true, configurable: true };
    assertEquals(Object.getOwnPropertyDescriptor(decoded, "1000"), plain);
    assertEquals(Object.getOwnPropertyDescriptor(decoded, "a"), plain);
  });

  test(`${name}: names of Object.prototype are keys, also where they cannot be written`, () => {
    withFrozenNames((names) => {
      const value = Object.fromEntries([...names, "id"].map((key) => [key, 1]));
      const decoded = codec.decode(codec.encode(value)) as object;
      assertEquals(Object.keys(decoded).sort(), [...names, "id"].sort());
    });
  });
}
