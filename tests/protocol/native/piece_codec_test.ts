import { ByteWriter } from "../../../src/internal/byte_writer.ts";
import { FrameError } from "../../../src/protocol/frame_error.ts";
import { FrameReader } from "../../../src/protocol/native/frame_reader.ts";
import { decodePiece, encodePiece } from "../../../src/protocol/native/piece_codec.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { assertFramingError, assertRoundTrip, toHex } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

test("encodePiece() writes type, flags, stream 0, length and bytes", () => {
  const out = new ByteWriter();
  encodePiece({ kind: "piece", piece: Uint8Array.of(9, 8), more: true }, out);
  encodePiece({ kind: "piece", piece: Uint8Array.of(7), more: false }, out);
  assertEquals(toHex(out.take()), "0e0200020908" + "0e00000107");
});

test("encodePiece() refuses an empty piece and writes nothing", () => {
  const out = new ByteWriter();
  const piece = new Uint8Array(0);
  assertThrows(() => encodePiece({ kind: "piece", piece, more: true }, out), RangeError, "empty");
  assertEquals(out.length, 0);
});

test("decodePiece() reads what encodePiece() wrote, at every length of a length", () => {
  for (const length of [1, 127, 128, 995, 16_383, 16_384]) {
    const piece = new Uint8Array(length).fill(length % 251);
    for (const more of [true, false]) assertRoundTrip([{ kind: "piece", piece, more }]);
  }
});

test("decodePiece() gives a view of the message", () => {
  const reader = new FrameReader();
  const message = Uint8Array.of(14, 0, 0, 2, 5, 6);
  reader.open(message);
  reader.position = 4;
  const { piece } = decodePiece(reader, 0);
  assertEquals([[...piece], piece.buffer === message.buffer], [[5, 6], true]);
  reader.open(message.subarray(1));
  reader.position = 3;
  assertThrows(() => decodePiece(reader, 0), FrameError, "its message holds something else");
});

test("decodePiece() refuses an empty piece, and one that is not alone in its message", () => {
  assertFramingError("0e000000", "Cannot decode PIECE: it is empty");
  for (const hex of ["0e000001090e00000109", "8000000107 0e00000109", "0e00000109 80000000"]) {
    assertFramingError(hex, "Cannot decode PIECE: its message holds something else");
  }
});
