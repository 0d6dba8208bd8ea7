import { ByteWriter } from "../../../src/internal/byte_writer.ts";
import type { Placed, PlacedValue } from "../../../src/internal/placed_value.ts";
import { decodeBatch, encodeBatch } from "../../../src/protocol/batch.ts";
import type { MessageFrame, RpcFrame } from "../../../src/protocol/frame.ts";
import { createLimits } from "../../../src/protocol/limits.ts";
import { encodeInPlace, MessagePlaces } from "../../../src/protocol/native/message_places.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => index * 7 + length);
}

/** A value of so many bytes. */
function value(length: number, onEncode = (): void => {}): PlacedValue {
  return {
    encodeInto(memory, position): Placed {
      const encoded = bytes(length);
      onEncode();
      if (position + length > memory.length) return encoded;
      memory.set(encoded, position);
      return length;
    },
  };
}

function frame(streamId: number, message: Uint8Array): MessageFrame {
  return { kind: "message", streamId, message, more: false, compressed: false };
}

function encode(frames: readonly RpcFrame[]): Uint8Array {
  return encodeBatch(nativeWire.createEncoder(createLimits()), frames);
}

/** Lengths on both sides of each change of the length of the head, in both orders. */
const LENGTHS = [0, 1, 127, 128, 1, 1000, 127, 8000, 128, 0, 8192, 5, 5, 300, 300];

test("MessagePlaces.place() writes the frames that the encoder writes", () => {
  for (const streamId of [1, 127, 128, 2 ** 40 + 1]) {
    for (const isPooled of [false, true]) {
      const out = new ByteWriter(64, { isPooled });
      const places = new MessagePlaces();
      const frames: RpcFrame[] = [];
      for (const length of LENGTHS) {
        const placed = places.place(streamId, value(length), out);
        if (placed instanceof Uint8Array) {
          assertEquals(placed, bytes(length));
          continue;
        }
        assertEquals(placed, length);
        frames.push(frame(streamId, bytes(length)));
      }
      assert(frames.length >= LENGTHS.length - 3, "too little was placed");
      assertEquals(out.take(), encode(frames));
    }
  }
});

test("MessagePlaces.place() adds nothing of a message that is too large, nor tries the next", () => {
  const out = new ByteWriter(64 * 1024);
  const places = new MessagePlaces();
  assertEquals(places.place(1, value(8193), out), bytes(8193));
  assertEquals([out.length, places.place(1, value(1), out)], [0, undefined]);
  places.note(8192);
  assertEquals(places.place(1, value(1), out), 1);
});

test("MessagePlaces.place() moves no message beyond the end of its memory", () => {
  // The length that is expected first has one byte, that of a message to the very end two.
  for (let room = 1030; room > 1020; room--) {
    const out = new ByteWriter(2000);
    out.bytes(new Uint8Array(2000 - room - 4));
    const before = out.length;
    const placed = new MessagePlaces().place(1, {
      encodeInto(memory, position): number {
        const length = Math.min(memory.length - position, 8000);
        memory.fill(3, position, position + length);
        return length;
      },
    }, out);
    const message = placed instanceof Uint8Array
      ? placed
      : decodeBatch(nativeWire.createDecoder(createLimits()), out.take().subarray(before))
        .map((one) => one.kind === "message" ? one.message : undefined)[0];
    assert(message !== undefined && message.length > 1000);
    assert(message.every((byte) => byte === 3), "bytes of the message were lost");
  }
});

test("MessagePlaces.place() answers the bytes where something was written meanwhile", () => {
  const out = new ByteWriter(0, { isPooled: true });
  const places = new MessagePlaces();
  const ping: RpcFrame = { kind: "ping", token: 5 };
  const encoder = nativeWire.createEncoder(createLimits());
  assertEquals(places.place(1, value(200, () => encoder.encode(ping, out)), out), bytes(200));
  assertEquals(out.take(), encode([ping]));
});

test("MessagePlaces.place() answers the bytes where another message was placed meanwhile", () => {
  const out = new ByteWriter(0, { isPooled: true });
  const places = new MessagePlaces();
  const inner = (): void => assertEquals(places.place(3, value(40), out), 40);
  assertEquals(places.place(1, value(30, inner), out), bytes(30));
  assertEquals(out.take(), encode([frame(3, bytes(40))]));
});

test("MessagePlaces.place() adds nothing of a value that cannot be encoded", () => {
  const out = new ByteWriter(0, { isPooled: true });
  const places = new MessagePlaces();
  places.place(1, value(3), out);
  const error = new TypeError("mine");
  const failing = value(3, () => {
    throw error;
  });
  assert(assertThrows(() => places.place(1, failing, out), TypeError) === error);
  places.place(1, value(4), out);
  assertEquals(out.take(), encode([frame(1, bytes(3)), frame(1, bytes(4))]));
});

test("encodeInPlace() writes the frame that the encoder writes", () => {
  for (const length of [0, 127, 128, 20_000]) {
    const memory = new Uint8Array(16 + length);
    memory.set(bytes(length), 16);
    const message = { ...frame(129, memory.subarray(16)), more: length > 127 };
    assertEquals(encodeInPlace(message, length > 127 ? 2 : 0), encode([message]));
  }
});
