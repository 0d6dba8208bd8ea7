import { ByteWriter } from "../../internal/byte_writer.ts";
import type { FrameEncoder } from "../../protocol/frame.ts";

/** What a piece is in its message beside its bytes: type, flags, stream id and length. */
const HEAD_BYTES = 5;

/**
 * Cuts a batch into WebSocket messages of at most so many bytes, each a PIECE.
 *
 * @param batch The batch; it is copied
 * @param options The encoder of the connection, and how large a message is, at most 16 KiB
 * @returns The messages, in order, in memory that they share
 */
export function cutIntoPieces(
  batch: Uint8Array,
  options: { readonly encoder: FrameEncoder; readonly messageBytes: number },
): Uint8Array<ArrayBuffer>[] {
  const pieceBytes = options.messageBytes - HEAD_BYTES;
  const out = new ByteWriter(batch.length + HEAD_BYTES * Math.ceil(batch.length / pieceBytes));
  const ends: number[] = [];
  for (let start = 0; start < batch.length; start += pieceBytes) {
    const piece = batch.subarray(start, start + pieceBytes);
    const more = start + pieceBytes < batch.length;
    options.encoder.encode({ kind: "piece", piece, more }, out);
    ends.push(out.length);
  }
  const all = out.take();
  return ends.map((end, index) => all.subarray(ends[index - 1] ?? 0, end));
}
