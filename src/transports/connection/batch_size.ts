import type { RpcFrame } from "../../protocol/frame.ts";
import type { Channel } from "./channel.ts";
import { SMALL_BYTES } from "./stall_guard.ts";

/** A batch leaves at once when it has grown this large. */
export const MAX_BATCH_BYTES = 64 * 1024;
/** The first of many calls in a row leave as soon as they are this large together, */
const FIRST_BATCH_BYTES = 1024;
/** and those that follow when they are so many times larger. */
const GROWTH = 4;
/** A socket that may stall has so many small batches in a row, */
const SMALL_BATCHES = 16;
/** in each of which there is room for a PROMPT. */
const PROMPT_BYTES = 2;

/**
 * How large a batch becomes before it leaves at once: little where many calls follow each other, so
 * that the peer has something to do while the rest is made. Streams give it that anyway, and have
 * larger batches.
 *
 * A socket that may stall does so for each message that is not small, so its batches stay small for
 * longer. There, a batch leaves when another frame like its last one would make it too large.
 */
export class BatchSize {
  #hasPeerThatStalls = false;
  /** Small batches that may still leave before larger ones do, where the socket may stall. */
  #small = 0;
  #bytes = MAX_BATCH_BYTES;

  /** Whether a batch of so many bytes leaves now, of which the frame at its end has `frameBytes`. */
  isFull(batchBytes: number, { kind }: RpcFrame, frameBytes: number): boolean {
    if (kind === "message") {
      this.#bytes = MAX_BATCH_BYTES;
      this.#small = 0;
    }
    if (this.#small > 0) {
      if (batchBytes + frameBytes <= SMALL_BYTES - PROMPT_BYTES) return false;
      this.#small--;
      return true;
    }
    if (batchBytes < this.#bytes) return false;
    this.#bytes = Math.min(this.#bytes * GROWTH, MAX_BATCH_BYTES);
    return true;
  }

  /** Takes note of a piece that came: each batch of answers would draw a batch that is cut again. */
  onPiece(): void {
    this.#hasPeerThatStalls = true;
    this.#bytes = MAX_BATCH_BYTES;
  }

  /** Takes note of the last batch in a row. */
  onIdle({ isOpen, mayStall }: Channel): void {
    const isEarly = isOpen && !mayStall && !this.#hasPeerThatStalls;
    this.#bytes = isEarly ? FIRST_BATCH_BYTES : MAX_BATCH_BYTES;
    this.#small = isOpen && mayStall ? SMALL_BATCHES : 0;
  }
}
