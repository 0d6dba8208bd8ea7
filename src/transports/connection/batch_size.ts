import type { RpcFrame } from "../../protocol/frame.ts";
import type { Channel } from "./channel.ts";
import { SMALL_BYTES } from "./stall_guard.ts";

/** A batch leaves at once when it has grown this large. */
export const MAX_BATCH_BYTES = 64 * 1024;
/** The first of many calls in a row leave as soon as they are this large together, */
const FIRST_BATCH_BYTES = 1024;
/** and those that follow when they are so many times larger. */
const GROWTH = 4;
/** With many calls under way a batch has so many bytes for each of them, which makes about eight batches, */
const CALL_BYTES = 16;
/** and needs no more than this. A batch of answers is as large as that of their calls, up to the same. */
const STEADY_BYTES = 16 * 1024;
/** With so many calls under way answers come all the time, and each frees a socket that stalls. */
const MANY_CALLS = 512;
/** A socket that may stall has so many small batches in a row, */
const SMALL_BATCHES = 16;
/** in each of which there is room for a PROMPT. */
const PROMPT_BYTES = 2;

/**
 * How large a batch becomes before it leaves at once: little where many calls follow each other, so
 * that the peer has something to do while the rest is made. Streams give it that anyway, and have
 * larger batches. Each batch draws another, of answers or of the calls that follow those, so those
 * under way would fall apart without end: the more calls there are, the larger they stay.
 *
 * A socket that may stall does so for each message that is not small, so its batches stay small for
 * longer, unless very many calls are under way. There, a batch leaves when another frame like its last
 * one would make it too large.
 */
export class BatchSize {
  #hasPeerThatStalls = false;
  /** Small batches that may still leave before larger ones do, where the socket may stall. */
  #small = 0;
  #bytes = MAX_BATCH_BYTES;
  /** What batches of calls and of answers have at least before they leave early. */
  #callBytes = 0;
  #answerBytes = 0;

  /** Whether a batch of so many bytes leaves now, of which the frame at its end has `frameBytes`. */
  isFull(batchBytes: number, { kind }: Pick<RpcFrame, "kind">, frameBytes: number): boolean {
    if (kind === "message") {
      this.#bytes = MAX_BATCH_BYTES;
      this.#small = 0;
    }
    if (this.#small > 0) {
      if (batchBytes + frameBytes <= SMALL_BYTES - PROMPT_BYTES) return false;
      this.#small--;
      return true;
    }
    const steady = kind === "status" ? this.#answerBytes : this.#callBytes;
    if (batchBytes < Math.max(this.#bytes, steady)) return false;
    // Those that are steady stay so, on their way round.
    const isSteady = steady > FIRST_BATCH_BYTES;
    if (!isSteady) this.#bytes = Math.min(this.#bytes * GROWTH, MAX_BATCH_BYTES);
    return true;
  }

  /** Takes note of a batch that comes, while so many calls of this side are under way. */
  onBatch(bytes: number, calls: number): void {
    this.#callBytes = Math.min(calls * CALL_BYTES, STEADY_BYTES);
    this.#answerBytes = Math.min(bytes, STEADY_BYTES);
  }

  /** Takes note of a piece that came: each batch of answers would draw a batch that is cut again. */
  onPiece(): void {
    this.#hasPeerThatStalls = true;
    this.#bytes = MAX_BATCH_BYTES;
  }

  /** Takes note of the last batch in a row. */
  onIdle({ isOpen, mayStall }: Channel): void {
    const stalls = mayStall && this.#callBytes < MANY_CALLS * CALL_BYTES;
    const isEarly = isOpen && !stalls && !this.#hasPeerThatStalls;
    this.#bytes = isEarly ? FIRST_BATCH_BYTES : MAX_BATCH_BYTES;
    this.#small = isOpen && stalls ? SMALL_BATCHES : 0;
  }
}
