import { ByteWriter } from "../../internal/byte_writer.ts";
import { CLOSE_TOO_LARGE } from "../../protocol/close_code.ts";
import type { FrameDecoder, FrameSink, PieceFrame, RpcFrame } from "../../protocol/frame.ts";
import { type FrameError, framingError } from "../../protocol/frame_error.ts";

/**
 * The one place where frames enter a connection: a batch in a WebSocket message, or in pieces.
 *
 * Memory for pieces is held while they come, as much as has come of them.
 */
export class BatchReader {
  readonly #decoder: FrameDecoder;
  readonly #sink: FrameSink;
  /** The batch under way; undefined when none is in pieces. */
  #joined: ByteWriter | undefined;
  /** Whether the message under way held a piece. */
  #hasPiece = false;
  /** Whether the last piece has come, and its batch is being read. */
  #isWhole = false;

  /** `sink` takes all frames, and gives back the pieces with `addPiece`. */
  constructor(decoder: FrameDecoder, sink: FrameSink) {
    this.#decoder = decoder;
    this.#sink = sink;
  }

  /**
   * Reads a WebSocket message, and with the last piece of a batch that batch.
   *
   * @returns How many bytes the batch that was read has, or the message without one
   * @throws {FrameError} When the framing is wrong
   */
  read(message: Uint8Array): number {
    if (this.#joined === undefined) this.#decoder.decode(message, this.#sink);
    else this.#readPiece(message);
    const joined = this.#joined;
    if (joined === undefined || message.length === 0) return message.length;
    if (!this.#hasPiece) throw interruption("something else");
    this.#hasPiece = false;
    return this.#isWhole ? this.#readJoined(joined.take()) : message.length;
  }

  /** Adds a piece, which may be a view of its message. */
  addPiece({ piece, more }: PieceFrame): void {
    if (this.#isWhole) throw framingError("Cannot join pieces: they hold a piece");
    const joined = this.#joined ??= new ByteWriter(piece.length);
    const bytes = joined.length + piece.length;
    const limit = this.#decoder.maxBatchBytes;
    if (bytes > limit) {
      const text = `Cannot join pieces: they have ${bytes} bytes, limit is ${limit} bytes`;
      throw framingError(text, CLOSE_TOO_LARGE);
    }
    joined.bytes(piece);
    this.#hasPiece = true;
    this.#isWhole = !more;
  }

  /** Drops what has come of a batch. */
  end(): void {
    this.#joined = undefined;
  }

  #readPiece(message: Uint8Array): void {
    this.#decoder.decode(message, { onFrame: (frame) => this.#onNextPiece(frame) });
  }

  #onNextPiece(frame: RpcFrame): void {
    if (frame.kind !== "piece") throw interruption(frame.kind);
    this.#sink.onFrame(frame);
  }

  #readJoined(batch: Uint8Array): number {
    this.#joined = undefined;
    this.#decoder.decode(batch, this.#sink);
    this.#isWhole = false;
    return batch.length;
  }
}

function interruption(found: string): FrameError {
  return framingError(`Cannot join pieces: found ${found}, expected the next piece`);
}
