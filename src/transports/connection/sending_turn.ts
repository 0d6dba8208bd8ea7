/**
 * After so much without a pause data waits for the next turn of the event loop. A reader that is fast
 * and has credit enough never fills its socket, and would keep all other connections waiting.
 */
const TURN_BYTES = 16 * 1024 * 1024;
const TURN_FRAMES = 64 * 1024;

/** What was sent, all in all. */
export interface SentCounts {
  readonly frames: number;
  readonly bytes: number;
}

/** Says when a connection has sent so much without a pause that the event loop has to go on. */
export class SendingTurn {
  #frames = 0;
  #bytes = 0;

  /** Begins a turn, after a pause. */
  begin({ frames, bytes }: SentCounts): void {
    this.#frames = frames;
    this.#bytes = bytes;
  }

  /** Whether it is time for a pause. */
  isOver({ frames, bytes }: SentCounts): boolean {
    return frames - this.#frames > TURN_FRAMES || bytes - this.#bytes > TURN_BYTES;
  }
}
