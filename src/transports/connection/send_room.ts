import { createDeferred, type Deferred } from "../../internal/deferred.ts";
import type { RpcError } from "../../protocol/rpc_error.ts";
import type { StreamState } from "./stream_state.ts";

/** Someone who has a message and no room for it. */
interface Parked {
  readonly bytes: number;
  readonly done: Deferred<void>;
}

/** What a {@linkcode SendRoom} asks about those who wait for it. */
export interface SendRoomOwner {
  /** Whether data may be written, of streams that have credit of their own. */
  readonly takesData: boolean;
  /** Whether a message would go out at once, and so needs no room. */
  canSendNow(stream: StreamState, bytes: number): boolean;
}

/**
 * Counts the bytes of messages that wait to be sent, and parks those who would add to too many.
 *
 * Whoever is parked holds no encoded message, looks again when it is let go, and may then be parked
 * anew. It is let go when there is room, when it may send at once, and, with the reason, when its
 * stream ends. One is let go at a time, and has sent, or has been parked anew, before the next: what
 * one takes, another cannot have, and one that takes nothing must not be the last that is let go.
 */
export class SendRoom {
  readonly #maxBytes: number;
  readonly #owner: SendRoomOwner;
  /** Undefined for nobody. */
  #parked: Map<StreamState, Parked> | undefined;
  /** Those of them whom nothing may keep but what keeps all; others are not asked about again. */
  #ready: Set<StreamState> | undefined;
  #isLooking = false;
  /** Bytes of messages that wait on all streams. */
  waitingBytes = 0;

  /** Makes room for so many bytes, and for the message that passes them. */
  constructor(maxBytes: number, owner: SendRoomOwner) {
    this.#maxBytes = maxBytes;
    this.#owner = owner;
  }

  /** Whether another message may wait. */
  get hasRoom(): boolean {
    return this.waitingBytes < this.#maxBytes;
  }

  /** Takes note of bytes that begin to wait. */
  add(stream: StreamState, bytes: number): void {
    this.waitingBytes += bytes;
    if (bytes > 0) stream.sending.waitingBytes += bytes;
  }

  /** Takes note of bytes that wait no more. */
  free(stream: StreamState, bytes: number): void {
    if (bytes === 0) return;
    this.waitingBytes -= bytes;
    stream.sending.waitingBytes -= bytes;
    this.look();
  }

  /** Parks someone with a message of so many bytes until it makes sense to look again. */
  park(stream: StreamState, bytes: number): Promise<void> {
    this.#parked ??= new Map();
    let parked = this.#parked.get(stream);
    if (parked === undefined) {
      parked = { bytes, done: createDeferred<void>() };
      this.#parked.set(stream, parked);
    }
    (this.#ready ??= new Set()).add(stream);
    return parked.done.promise;
  }

  /** Takes note that a stream has more credit, or that nothing of it waits any more. */
  onProgress(stream: StreamState): void {
    if (!this.#parked?.has(stream)) return;
    this.#ready?.add(stream);
    this.look();
  }

  /** Lets the first go that has room now, or needs none; the next when that one has had its chance. */
  look(): void {
    if (this.#parked === undefined || this.#isLooking) return;
    const stream = this.hasRoom ? first(this.#parked.keys()) : this.#nextToSend(this.#parked);
    if (stream === undefined) return;
    this.#take(stream)?.resolve();
    this.#isLooking = true;
    queueMicrotask(() => {
      this.#isLooking = false;
      this.look();
    });
  }

  /** Lets those of a stream go that has ended. */
  drop(stream: StreamState, createReason: (streamId: number) => RpcError): void {
    this.#take(stream)?.reject(createReason(stream.id));
  }

  /** The first that may send at once. */
  #nextToSend(waiting: Map<StreamState, Parked>): StreamState | undefined {
    if (this.#ready === undefined || !this.#owner.takesData) return undefined;
    for (const stream of this.#ready) {
      if (this.#owner.canSendNow(stream, waiting.get(stream)?.bytes ?? 0)) return stream;
      // What keeps it is its own, so there will be progress before it can.
      this.#ready.delete(stream);
    }
    return undefined;
  }

  #take(stream: StreamState): Deferred<void> | undefined {
    const parked = this.#parked?.get(stream);
    this.#parked?.delete(stream);
    this.#ready?.delete(stream);
    if (this.#parked?.size === 0) this.#parked = undefined;
    return parked?.done;
  }
}

function first<T>(values: Iterable<T>): T | undefined {
  for (const value of values) return value;
  return undefined;
}
