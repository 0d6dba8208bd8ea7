import * as codecs from "../../src/codecs/mod.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("the codecs layer exports its codecs and nothing of what they are made of", () => {
  assertEquals(Object.keys(codecs).sort(), [
    "CborDouble",
    "cborCodec",
    "jsonCodec",
    "messagePackCodec",
    "rawCodec",
  ]);
});
