import { cborCodec } from "../../../src/codecs/cbor.ts";
import type { RpcCodec } from "../../../src/codecs/codec.ts";
import { jsonCodec } from "../../../src/codecs/json.ts";
import { messagePackCodec } from "../../../src/codecs/messagepack.ts";
import { rawCodec } from "../../../src/codecs/raw.ts";
import { encoderOf, keeperOf } from "../../../src/codecs/support/own_memory.ts";
import { keepLargeMemory } from "../../../src/internal/large_memory.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

const functions = { encode: () => new Uint8Array(1), decode: () => null };

test("keeperOf() takes memory back of codecs that keep nothing of what they encode", () => {
  const codecs = [messagePackCodec(), messagePackCodec({ maxDepth: 3 }), cborCodec()];
  assertEquals(codecs.map(keeperOf), Array(3).fill(keepLargeMemory));
});

test("keeperOf() takes none back of codecs that may keep it, made of others or not", () => {
  const foreign = messagePackCodec(functions);
  const raw = rawCodec() as RpcCodec;
  const cached = { ...messagePackCodec() };
  assertEquals([foreign, raw, jsonCodec(), cached].map(keeperOf), Array(4).fill(undefined));
});

test("encoderOf() encodes as the codec does", () => {
  for (const codec of [messagePackCodec(), messagePackCodec({ maxDepth: 3 }), cborCodec()]) {
    assertEquals(encoderOf(codec)?.encode({ a: [1, "b"] }), codec.encode({ a: [1, "b"] }));
  }
});

test("encoderOf() knows none for codecs that do more, made of others or not", () => {
  const strict = cborCodec({ topLevel: "map" });
  const cached = { ...messagePackCodec() };
  const codecs = [strict, cached, messagePackCodec(functions), jsonCodec(), rawCodec() as RpcCodec];
  assertEquals(codecs.map(encoderOf), Array(5).fill(undefined));
});
