import { encodeBatch } from "../../../src/protocol/batch.ts";
import type { RpcFrame } from "../../../src/protocol/frame.ts";
import { FrameError } from "../../../src/protocol/frame_error.ts";
import { createLimits, DEFAULT_LIMITS } from "../../../src/protocol/limits.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { BatchReader } from "../../../src/transports/connection/batch_reader.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { fromHex } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

const PING: RpcFrame = { kind: "ping", token: 7 };
const PING_BYTES = fromHex("0900000107");

function data(bytes: number): RpcFrame {
  const message = new Uint8Array(bytes).fill(3);
  return { kind: "message", streamId: 1, message, more: false, compressed: false };
}

function encode(...frames: RpcFrame[]): Uint8Array<ArrayBuffer> {
  return encodeBatch(nativeWire.createEncoder(DEFAULT_LIMITS), frames);
}

function piece(bytes: Uint8Array, more = true): Uint8Array<ArrayBuffer> {
  return encode({ kind: "piece", piece: bytes, more });
}

/** A reader, and the frames that it read; pieces go back to it. */
function setUp(maxMetadataBytes = 1): { reader: BatchReader; frames: RpcFrame[] } {
  const frames: RpcFrame[] = [];
  const decoder = nativeWire.createDecoder(createLimits({ maxMetadataBytes }));
  const reader = new BatchReader(decoder, {
    onFrame(frame) {
      if (frame.kind === "piece") reader.addPiece(frame);
      else frames.push(frame);
    },
  });
  return { reader, frames };
}

function assertFault(body: () => void, words: string, closeCode = 4400): void {
  assertEquals(assertThrows(body, FrameError, words).closeCode, closeCode);
}

test("BatchReader.read() reads the frames of a message, and answers its size", () => {
  const { reader, frames } = setUp();
  assertEquals(reader.read(encode(PING, PING)), 10);
  assertEquals([reader.read(new Uint8Array(0)), frames], [0, [PING, PING]]);
});

test("BatchReader.read() reads a batch when the last of its pieces has come", () => {
  const batch = encode(PING, data(300), PING);
  for (let size = 1; size <= batch.length; size += size < 10 ? 1 : 61) {
    const { reader, frames } = setUp();
    for (let round = 1; round <= 2; round++) {
      const sizes: number[] = [];
      for (let start = 0; start < batch.length; start += size) {
        assertEquals(frames.length, 3 * (round - 1));
        const message = piece(batch.subarray(start, start + size), start + size < batch.length);
        sizes.push(reader.read(message) - message.length);
      }
      assertEquals(frames.slice(-3), [PING, data(300), PING]);
      // With the last one it answers the size of the batch.
      const last = piece(batch.subarray(Math.floor((batch.length - 1) / size) * size)).length;
      assertEquals(sizes.pop(), batch.length - last);
      assert(sizes.every((difference) => difference === 0));
    }
    reader.read(encode(PING));
    assertEquals(frames.length, 7);
  }
});

test("BatchReader.read() keeps nothing of a message that its platform uses again", () => {
  const { reader, frames } = setUp();
  const [first, last] = [piece(PING_BYTES.subarray(0, 3)), piece(PING_BYTES.subarray(3), false)];
  reader.read(first);
  first.fill(0xff);
  reader.read(last);
  assertEquals(frames, [PING]);
});

test("BatchReader.read() skips empty messages between pieces", () => {
  const { reader, frames } = setUp();
  for (const message of [piece(PING_BYTES.subarray(0, 2)), piece(PING_BYTES.subarray(2), false)]) {
    reader.read(new Uint8Array(0));
    reader.read(message);
    reader.read(new Uint8Array(0));
  }
  assertEquals(frames, [PING]);
});

test("BatchReader.read() refuses another frame between pieces, and does not hand it over", () => {
  const { reader, frames } = setUp();
  reader.read(piece(PING_BYTES.subarray(0, 2)));
  assertFault(() => reader.read(encode(PING)), "Cannot join pieces: found ping, expected the next");
  assertEquals(frames, []);
});

test("BatchReader.read() refuses a message of extensions between pieces", () => {
  const { reader } = setUp();
  reader.read(piece(PING_BYTES.subarray(0, 2)));
  assertFault(() => reader.read(fromHex("80000000")), "found something else, expected the next");
});

test("BatchReader.read() refuses pieces that hold a piece", () => {
  const { reader, frames } = setUp();
  const nested = piece(piece(PING_BYTES, false), false);
  assertFault(() => reader.read(nested), "Cannot join pieces: they hold a piece");
  assertEquals(frames, []);
});

test("BatchReader.read() refuses a batch that is malformed, and hands over what came before", () => {
  const { reader, frames } = setUp();
  reader.read(piece(fromHex("0900000107 00")));
  assertFault(() => reader.read(piece(fromHex("000000"), false)), "type 0 is unknown");
  assertEquals(frames, [PING]);
});

test("BatchReader.read() takes pieces of as much as a batch may have, and not of one byte more", () => {
  const limit = 1024 * 1024 + 3;
  const half = new Uint8Array(limit / 2 - 0.5);
  // An extension that is as large as a batch can be.
  half.set([0x80, 0, 0, 0xfe, 0xff, 0x3f]);
  const { reader } = setUp();
  reader.read(piece(half));
  assertFault(
    () => reader.read(piece(new Uint8Array(limit - half.length + 1), false)),
    `Cannot join pieces: they have ${limit + 1} bytes, limit is ${limit} bytes`,
    4413,
  );
  const other = setUp().reader;
  other.read(piece(half));
  const rest = new Uint8Array(limit - half.length);
  assertEquals(other.read(piece(rest)), rest.length + 6);
  assertFault(() => other.read(piece(Uint8Array.of(1))), "they have", 4413);
});

test("BatchReader.end() drops what has come, and may come while a batch is read", () => {
  const { reader, frames } = setUp();
  reader.read(piece(PING_BYTES.subarray(0, 2)));
  reader.end();
  assertEquals(reader.read(encode(PING)), 5);
  assertEquals(frames, [PING]);
});
