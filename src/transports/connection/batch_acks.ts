import type { RpcClock, RpcTimer } from "../../internal/clock.ts";
import type { RpcFrame } from "../../protocol/frame.ts";

/** Batches are acknowledged at the latest when so much of them is not (PROTOCOL.md, "ACK"). */
const MAX_OWED_BYTES = 64 * 1024;
const MAX_OWED_BATCHES = 64;
/** When the second answer to a prompt follows the first. */
const SECOND_ANSWER_MS = 1;

/** Whether a batch that holds such a frame is counted (PROTOCOL.md, section 3). */
export function isCounted({ kind }: RpcFrame): boolean {
  return kind !== "hello" && kind !== "ping" && kind !== "pong" && kind !== "ack" &&
    kind !== "prompt" && kind !== "piece";
}

/** What {@linkcode BatchAcks} works with. */
export interface BatchAcksOptions {
  readonly clock: RpcClock;
  /** Sends an acknowledgement of so many batches. */
  sendAck(batches: number): void;
}

/** Acknowledges the batches that came: often enough to keep the peer going, or when it asks. */
export class BatchAcks {
  readonly #options: BatchAcksOptions;
  #batches = 0;
  #ackedBatches = 0;
  #owedBytes = 0;
  #isCounted = false;
  #answers = 0;
  #timer: RpcTimer | undefined;
  #isEnded = false;

  constructor(options: BatchAcksOptions) {
    this.#options = options;
  }

  /** Takes note of a frame of the batch under way. */
  onFrame(frame: RpcFrame): void {
    if (!this.#isCounted && isCounted(frame)) this.#isCounted = true;
  }

  /** Notes that the batch under way asks for so many answers. */
  prompt(answers: number): void {
    this.#answers = Math.max(this.#answers, answers);
  }

  /** Ends a batch of so many bytes. */
  onBatch(bytes: number): void {
    // What came in the batch may have ended the connection.
    if (this.#isEnded) return;
    if (this.#isCounted) {
      this.#batches++;
      this.#owedBytes += bytes;
      this.#isCounted = false;
    }
    const isDue = this.#owedBytes >= MAX_OWED_BYTES ||
      this.#batches - this.#ackedBatches >= MAX_OWED_BATCHES;
    if (this.#answers > 1) this.#answerAgain();
    if (isDue || this.#answers > 0) this.#ack();
    this.#answers = 0;
  }

  /** Stops; nothing is pending afterwards. */
  end(): void {
    this.#isEnded = true;
    if (this.#timer !== undefined) this.#options.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #ack(): void {
    this.#owedBytes = 0;
    this.#ackedBatches = this.#batches;
    this.#options.sendAck(this.#batches);
  }

  #answerAgain(): void {
    this.#timer ??= this.#options.clock.setTimer(() => {
      this.#timer = undefined;
      this.#ack();
    }, SECOND_ANSWER_MS);
  }
}
