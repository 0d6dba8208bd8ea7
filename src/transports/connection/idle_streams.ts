import type { RpcClock, RpcTimer } from "../../internal/clock.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";

/** The time-out is looked after in so many parts: a stream may be idle for one of them longer. */
const PARTS = 8;

/** What has to be known of a stream to tell whether its peer has the next step. */
export interface WatchedStream {
  readonly isLocal: boolean;
  readonly isReceiveEnded: boolean;
  readonly unreadMessages: number;
  /** How much waits to be sent. */
  readonly waiting: number;
}

/** What {@linkcode IdleStreams} watch. */
export interface IdleStreamsOptions<S extends WatchedStream> {
  readonly clock: RpcClock;
  readonly timeoutMs: number;
  /** Those that are open. */
  readonly streams: Iterable<S>;
  /** Numbers of which one at least changes when anything moves on a stream. */
  readonly measure: (stream: S) => readonly number[];
  /** Ends a stream. */
  readonly onIdle: (stream: S, error: RpcError) => void;
}

interface Watch {
  readonly marks: string;
  readonly looks: number;
}

/**
 * Ends streams of the peer on which nothing has moved for a time while it was the peer's turn: it has
 * not read what was sent, or could send and everything that it sent has been read.
 *
 * It looks at the streams now and then, so that a message costs nothing for it.
 */
export class IdleStreams<S extends WatchedStream> {
  readonly #options: IdleStreamsOptions<S>;
  readonly #partMs: number;
  #watches: Map<S, Watch> = new Map();
  #timer: RpcTimer | undefined;

  /** Begins to watch, unless the time-out is infinite. */
  constructor(options: IdleStreamsOptions<S>) {
    this.#options = options;
    this.#partMs = Math.ceil(options.timeoutMs / PARTS);
    if (options.timeoutMs !== Infinity) this.#wait();
  }

  /** Stops; nothing is pending afterwards. */
  stop(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.#timer = this.#options.clock.setTimer(() => {
      this.#wait();
      this.#look();
    }, this.#partMs);
  }

  #look(): void {
    const { streams, measure, onIdle, timeoutMs } = this.#options;
    const before = this.#watches;
    this.#watches = new Map();
    const idle: S[] = [];
    for (const stream of streams) {
      if (stream.isLocal || !isPeersTurn(stream)) continue;
      const marks = measure(stream).join();
      const last = before.get(stream);
      const looks = last?.marks === marks ? last.looks + 1 : 0;
      if (looks < PARTS) this.#watches.set(stream, { marks, looks });
      else idle.push(stream);
    }
    const text = `Stream was idle for ${PARTS * this.#partMs} ms, limit is ${timeoutMs} ms`;
    for (const stream of idle) onIdle(stream, new RpcError(RpcStatus.DEADLINE_EXCEEDED, text));
  }
}

function isPeersTurn(stream: WatchedStream): boolean {
  return stream.waiting > 0 || (!stream.isReceiveEnded && stream.unreadMessages === 0);
}
