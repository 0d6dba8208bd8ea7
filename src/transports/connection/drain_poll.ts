import type { RpcClock, RpcTimer } from "../../internal/clock.ts";
import type { Channel } from "./channel.ts";

/** A socket without a drain event is asked so soon, */
const MIN_POLL_MS = 1;
/** and less and less often, down to this, while nothing leaves it: its peer may have stopped to read. */
const MAX_POLL_MS = 16;

/** Looks after a full socket, as not every one tells that it has drained. */
export class DrainPoll {
  readonly #channel: Channel;
  readonly #clock: RpcClock;
  readonly #onLook: () => boolean;
  #timer: RpcTimer | undefined;
  #delayMs = MIN_POLL_MS;

  /** `onLook` is called each time; it says whether to go on, and may call `start` and `stop`. */
  constructor(channel: Channel, clock: RpcClock, onLook: () => boolean) {
    this.#channel = channel;
    this.#clock = clock;
    this.#onLook = onLook;
  }

  /** Begins to look, often. */
  start(): void {
    this.#delayMs = MIN_POLL_MS;
    this.#wait();
  }

  /** Stops; nothing is pending afterwards. */
  stop(): void {
    if (this.#timer === undefined) return;
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    if (this.#timer !== undefined) return;
    const before = this.#channel.bufferedBytes;
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = undefined;
      const isMoving = this.#channel.bufferedBytes < before;
      this.#delayMs = isMoving ? MIN_POLL_MS : Math.min(this.#delayMs * 2, MAX_POLL_MS);
      if (this.#onLook()) this.#wait();
    }, this.#delayMs);
  }
}
