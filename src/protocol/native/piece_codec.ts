import { type ByteWriter, chunkLength } from "../../internal/byte_writer.ts";
import type { PieceFrame } from "../frame.ts";
import type { FrameReader } from "./frame_reader.ts";
import { MORE, PIECE } from "./frame_type.ts";

/** Writes a PIECE, whole: its payload is all that it has. */
export function encodePiece({ piece, more }: PieceFrame, out: ByteWriter): void {
  if (piece.length === 0) throw new RangeError("Cannot encode frame: a piece is empty");
  out.byte(PIECE);
  out.byte(more ? MORE : 0);
  out.byte(0);
  out.chunk(piece);
}

/**
 * Reads the payload of a PIECE, which has its WebSocket message to itself.
 *
 * @throws {FrameError} When it is empty, or not alone
 */
export function decodePiece(reader: FrameReader, flags: number): PieceFrame {
  const piece = reader.rest();
  const { length } = piece;
  if (length === 0) throw reader.wrong("it is empty");
  // Type, flags and stream id are a byte each.
  if (reader.bytes.length !== 3 + chunkLength(length)) {
    throw reader.wrong("its message holds something else");
  }
  return { kind: "piece", piece, more: (flags & MORE) !== 0 };
}
