/** Where messages wait that are views of a batch. */
export interface BatchHolder {
  /** Copies what it holds of the batch, so that the batch can go. */
  letGoOfBatch(): void;
}

/** What there is before the first batch; nothing is ever put in there. */
const NOBODY: BatchHolder[] = [];

/**
 * Lets messages wait as views of the batch that they came in until the next batch comes.
 *
 * A small message that waits must not hold a large batch, so it has to be copied; but most messages
 * are read before anything else comes in, and the copy would be for nothing. A connection so holds one
 * batch beside what is unread, however many streams it has, and none when everything has been read.
 */
export class BatchKeeper {
  #batch: ArrayBufferLike | undefined;
  #holders: BatchHolder[] = NOBODY;
  /** How many of the holders have views of the batch. */
  #holding = 0;

  /** Notes that a holder has views of this memory from now on; those of other memory let go of it. */
  hold(batch: ArrayBufferLike, holder: BatchHolder): void {
    if (batch === this.#batch) {
      this.#holders.push(holder);
      this.#holding++;
      return;
    }
    const before = this.#holders;
    this.#batch = batch;
    this.#holders = [holder];
    this.#holding = 1;
    for (const other of before) other.letGoOfBatch();
  }

  /** Notes that a holder of this memory has no view of it any more. */
  release(batch: ArrayBufferLike): void {
    if (batch !== this.#batch) return;
    this.#holding--;
    if (this.#holding > 0) return;
    this.#batch = undefined;
    this.#holders = NOBODY;
  }
}
