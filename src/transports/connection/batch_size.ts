import type { RpcFrame } from "../../protocol/frame.ts";
import type { Channel } from "./channel.ts";

/** A batch leaves at once when it has grown this large. */
export const MAX_BATCH_BYTES = 64 * 1024;
/** The first of many calls in a row leave as soon as they are this large together, */
const FIRST_BATCH_BYTES = 1024;
/** and those that follow when they are so many times larger. */
const GROWTH = 4;

/**
 * How large a batch becomes before it leaves at once: little where many calls follow each other, so
 * that the peer has something to do while the rest is made. Streams give it that anyway, and have
 * larger batches.
 */
export class BatchSize {
  #hasPeerThatStalls = false;
  /** A batch of so many bytes leaves. */
  bytes = MAX_BATCH_BYTES;

  /** Takes note of a frame. */
  onFrame({ kind }: RpcFrame): void {
    if (kind === "message") this.bytes = MAX_BATCH_BYTES;
  }

  /** Takes note of a batch that is full, which others follow. */
  onFull(): void {
    this.bytes = Math.min(this.bytes * GROWTH, MAX_BATCH_BYTES);
  }

  /** Takes note of a piece that came: each batch of answers would draw a batch that is cut again. */
  onPiece(): void {
    this.#hasPeerThatStalls = true;
    this.bytes = MAX_BATCH_BYTES;
  }

  /** Takes note of the last batch in a row. */
  onIdle({ isOpen, mayStall }: Channel): void {
    // A socket that may stall does so for each message that is not small.
    const isEarly = isOpen && !mayStall && !this.#hasPeerThatStalls;
    this.bytes = isEarly ? FIRST_BATCH_BYTES : MAX_BATCH_BYTES;
  }
}
