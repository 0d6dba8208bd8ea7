import { decodeBatch } from "../../../src/protocol/batch.ts";
import { DEFAULT_LIMITS } from "../../../src/protocol/limits.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { cutIntoPieces } from "../../../src/transports/connection/pieces.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

function cut(batch: Uint8Array, messageBytes = 1000): Uint8Array[] {
  const encoder = nativeWire.createEncoder(DEFAULT_LIMITS);
  return cutIntoPieces(batch, { encoder, messageBytes });
}

test("cutIntoPieces() makes messages of the size given at most, and as few as can be", () => {
  for (
    const [bytes, messages] of [[1, 1], [995, 1], [996, 2], [1990, 2], [1991, 3], [16_384, 17]]
  ) {
    const sizes = cut(new Uint8Array(bytes ?? 0)).map(({ length }) => length);
    assertEquals([bytes, sizes.length], [bytes, messages]);
    assert(sizes.every((size) => size <= 1000), `${sizes}`);
    assert(sizes.slice(0, -1).every((size) => size === 1000), `${sizes}`);
  }
});

test("cutIntoPieces() makes pieces that are the batch together, and says which is the last", () => {
  const decoder = nativeWire.createDecoder(DEFAULT_LIMITS);
  // The last is full, has a byte, or lacks one.
  for (const length of [95 * 80, 95 * 80 + 1, 95 * 80 - 1]) {
    const batch = Uint8Array.from({ length }, (_, index) => index % 253);
    const joined: number[] = [];
    const more = cut(batch, 100).map((message) => {
      const [frame, ...others] = decodeBatch(decoder, message);
      assert(frame?.kind === "piece" && others.length === 0);
      joined.push(...frame.piece);
      return frame.more;
    });
    assertEquals(Uint8Array.from(joined), batch);
    assertEquals(more.indexOf(false), more.length - 1);
  }
});

test("cutIntoPieces() copies the batch once, and its messages share memory", () => {
  const batch = new Uint8Array(5000).fill(1);
  const messages = cut(batch);
  batch.fill(2);
  assert(messages.every((message) => !message.subarray(5).includes(2)));
  assertEquals(new Set(messages.map(({ buffer }) => buffer)).size, 1);
});
