import { cborCodec, jsonCodec, messagePackCodec, type RpcCodec } from "../../src/codecs/mod.ts";
import { assert } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { createDraw, mutate, randomValue } from "./random_value.ts";
import { toHex } from "./vector_value.ts";

const INPUTS = 20_000;
const LIMIT_MS = 60_000;

for (const [seed, codec] of [messagePackCodec(), cborCodec(), jsonCodec()].entries()) {
  test(`${codec.name} meets ${INPUTS} mutated messages with its documented errors (seed ${seed})`, () => {
    const draw = createDraw(seed);
    const started = performance.now();
    let refused = 0;
    for (let count = 0; count < INPUTS; count += 10) {
      const encoded = codec.encode(randomValue(draw, codec.name === "messagepack", 4));
      for (let mutant = 0; mutant < 10; mutant++) {
        if (!survives(codec, mutate(encoded, draw))) refused++;
      }
    }
    // Both ways out are taken often: most mutants are malformed, many are not.
    assert(refused > INPUTS / 10 && refused < INPUTS, `${refused} refused`);
    assert(performance.now() - started < LIMIT_MS, "decoding takes too long");
  });
}

// Whether the message is accepted; fails when the codec breaks its word.
function survives(codec: RpcCodec, bytes: Uint8Array): boolean {
  let value: unknown;
  try {
    value = codec.decode(bytes);
  } catch (error) {
    const documented = error instanceof SyntaxError || error instanceof RangeError;
    if (documented && /^Cannot decode /.test(error.message)) return false;
    throw new Error(`${codec.name} failed on ${toHex(bytes)}`, { cause: error });
  }
  try {
    // JSON.parse makes Infinity of a number that is too large.
    if (codec.name !== "json") codec.encode(value);
    return true;
  } catch (cause) {
    throw new Error(`${codec.name} cannot encode what it made of ${toHex(bytes)}`, { cause });
  }
}
