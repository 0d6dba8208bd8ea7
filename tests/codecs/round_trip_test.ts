import { cborCodec, jsonCodec, messagePackCodec } from "../../src/codecs/mod.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { createDraw, randomValue } from "./random_value.ts";

const VALUES = 3000;

for (const [seed, codec] of [messagePackCodec(), cborCodec(), jsonCodec()].entries()) {
  test(`${codec.name} brings back ${VALUES} random values (seed ${seed + 1})`, () => {
    const draw = createDraw(seed + 1);
    for (let count = 0; count < VALUES; count++) {
      const value = randomValue(draw, codec.name === "messagepack");
      const encoded = codec.encode(value);
      assertEquals(codec.decode(encoded), value, `value ${count}`);
      // What is decoded has no memory of how it was encoded.
      assertEquals(codec.encode(codec.decode(encoded)), encoded, `bytes ${count}`);
    }
  });
}

test("codecs never write what they have handed out again", () => {
  const draw = createDraw(4);
  const codecs = [messagePackCodec(), cborCodec(), jsonCodec()];
  // Far more than the memory that messages share, in sizes that end anywhere in it.
  const kept = Array.from({ length: 6000 }, (_, count) => {
    const codec = codecs[count % 3] ?? jsonCodec();
    const value = randomValue(draw, codec.name === "messagepack");
    return { codec, value, encoded: codec.encode(value) };
  });
  for (const { codec, value, encoded } of kept) assertEquals(codec.decode(encoded), value);
});
