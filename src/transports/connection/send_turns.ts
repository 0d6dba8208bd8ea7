import type { StreamState } from "./stream_state.ts";

/** What a turn is worth: a fragment, or one large message. */
const TURN_BYTES = 64 * 1024;
/** What a frame counts in its stream's turn beside its bytes, as it takes its time as well. */
const FRAME_BYTES = 64;
/** So many turns' worth may wait on a stream, so that the next one finds enough. */
const TURNS_AHEAD = 2;
/** This many, shared by the streams that wait already, are what a further one may add. */
const ALL_TURNS_AHEAD = 8;

/** Whose turn it is to send, among the streams that have something to send. */
export class SendTurns {
  readonly #turnBytes: number;
  /** Streams that may have something to send, in turn; undefined until one had to wait. */
  #ready: Set<StreamState> | undefined;
  /** Streams that wait for credit of the connection, in turn; undefined until one had to. */
  #starved: Set<StreamState> | undefined;
  /** The stream whose turn is not over, and what is left of the last turn that began. */
  #current: StreamState | undefined;
  #leftBytes = 0;
  /** Bytes that have passed those who wait for their turn since one of them had it. */
  passedBytes = 0;

  /** Makes turns for streams whose fragments are so large. */
  constructor(maxFragmentBytes: number) {
    this.#turnBytes = Math.min(TURN_BYTES, maxFragmentBytes);
  }

  /** Streams that wait for their turn, or have it. */
  get waiting(): number {
    return (this.#ready === undefined ? 0 : this.#ready.size) + (this.isUnderWay ? 1 : 0);
  }

  /** Whether a turn has begun that is not over. */
  get isUnderWay(): boolean {
    return this.#current !== undefined;
  }

  /** Gives a stream its turn behind those that have theirs, unless it has one. */
  add(stream: StreamState): void {
    if (stream !== this.#current) (this.#ready ??= new Set()).add(stream);
  }

  /** Gives a stream its turn when the connection has credit again. */
  addStarved(stream: StreamState): void {
    (this.#starved ??= new Set()).add(stream);
  }

  /** Gives a stream no turn any more. */
  delete(stream: StreamState): void {
    this.#ready?.delete(stream);
    this.#starved?.delete(stream);
    if (this.#current === stream) this.#current = undefined;
  }

  /** The stream that may send a frame now, which has no turn any more unless it gets one. */
  next(hasConnectionCredit: boolean): StreamState | undefined {
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) return current;
    this.#leftBytes = this.#turnBytes;
    // One at a time: a small grant must not make all that wait try, and wait again.
    const starved = hasConnectionCredit ? takeFirst(this.#starved) : undefined;
    return starved ?? takeFirst(this.#ready);
  }

  /** Lets a stream that has sent a frame go on with its turn, or gives it another when that is over. */
  goOn(stream: StreamState, sentBytes: number): void {
    this.#leftBytes -= FRAME_BYTES + sentBytes;
    if (this.#leftBytes > 0) this.#current = stream;
    else this.add(stream);
  }

  /** Whether its next turns find enough on a stream on which so much more is about to wait. */
  hasEnough({ waiting, waitingBytes }: StreamState, bytes: number): boolean {
    const turns = Math.min(TURNS_AHEAD, ALL_TURNS_AHEAD / Math.max(1, this.waiting));
    return waitingBytes + bytes + FRAME_BYTES * (waiting + 1) >= turns * TURN_BYTES;
  }
}

function takeFirst(streams: Set<StreamState> | undefined): StreamState | undefined {
  if (streams === undefined) return undefined;
  for (const stream of streams) {
    streams.delete(stream);
    return stream;
  }
  return undefined;
}
