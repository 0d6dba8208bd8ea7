import { decodeMessage, encodeMessage } from "../../src/sources/message_codec.ts";
import type { RpcCodec } from "../../src/codecs/codec.ts";
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { reuseMessage, takeLargeMemory } from "../../src/internal/large_memory.ts";
import { DirectMessage } from "../../src/transports/direct_message.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { bytesOf } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

const text: RpcCodec<string> = {
  name: "text",
  encode: (value) => bytesOf(value),
  decode: (bytes) => new TextDecoder().decode(bytes),
};

test("encodeMessage() and decodeMessage() go through the codec", () => {
  const message = encodeMessage(text, "hi", {});
  assertEquals(message, bytesOf("hi"));
  assertEquals(decodeMessage(text, message), "hi");
});

test("encodeMessage() and decodeMessage() hand values over as they are without a codec", () => {
  for (const value of [{ a: 1 }, undefined, null, new Uint8Array(2)]) {
    const message = encodeMessage(undefined, value, {});
    assert(message instanceof DirectMessage);
    assert(decodeMessage(undefined, message) === value);
  }
});

/** Whether the memory of a large message may be used again after it was encoded. */
function isGivenUp(codec: RpcCodec<Uint8Array>, reusesMemory: boolean): boolean {
  const message = encodeMessage(codec as RpcCodec, new Uint8Array(100_000), { reusesMemory });
  assert(message instanceof Uint8Array);
  reuseMessage(message);
  return takeLargeMemory(message.buffer.byteLength).buffer === message.buffer;
}

test("encodeMessage() gives up what is large, where codec and transport keep nothing", () => {
  const own = messagePackCodec<Uint8Array>();
  assertEquals([isGivenUp(own, true), isGivenUp(own, false)], [true, false]);
  // One that is made of another may keep what that gave it.
  assertEquals(isGivenUp({ ...own, encode: (value) => own.encode(value) }, true), false);
});

test("decodeMessage() refuses a message of the other kind of transport", () => {
  assertThrows(() => decodeMessage(text, "hi"), TypeError, "Cannot decode message");
  assertThrows(() => decodeMessage(undefined, bytesOf("hi")), TypeError, "Cannot decode message");
});
