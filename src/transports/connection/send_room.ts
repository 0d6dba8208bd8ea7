import { createDeferred, type Deferred } from "../../internal/deferred.ts";
import type { RpcError } from "../../protocol/rpc_error.ts";
import type { StreamState } from "./stream_state.ts";

/** Someone who has a message and no room for it. */
interface Parked {
  readonly bytes: number;
  readonly done: Deferred<void>;
}

/**
 * Counts the bytes of messages that wait to be sent, and parks those who would add to too many.
 *
 * Whoever is parked holds no encoded message, looks again when it is let go, and may then be parked
 * anew. It is let go when there is room, when its own stream may send at once, and, with the reason,
 * when its stream ends: as long as anything is parked, something waits whose going makes room.
 */
export class SendRoom {
  readonly #maxBytes: number;
  #parked: Map<StreamState, Parked> | undefined;
  /** Bytes of messages that wait on all streams. */
  waitingBytes = 0;

  /** Makes room for so many bytes, and for the message that passes them. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
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
    if (this.#parked !== undefined) this.#letGo(this.#parked);
  }

  /** Parks someone with a message of so many bytes until it makes sense to look again. */
  park(stream: StreamState, bytes: number): Promise<void> {
    this.#parked ??= new Map();
    let parked = this.#parked.get(stream);
    if (parked === undefined) {
      parked = { bytes, done: createDeferred<void>() };
      this.#parked.set(stream, parked);
    }
    return parked.done.promise;
  }

  /** Lets those of a stream look again, which may send now. */
  release(stream: StreamState): void {
    const parked = this.#parked?.get(stream);
    if (parked === undefined) return;
    this.#parked?.delete(stream);
    parked.done.resolve();
  }

  /** Lets those of a stream go that has ended. */
  drop(stream: StreamState, createReason: (streamId: number) => RpcError): void {
    const parked = this.#parked?.get(stream);
    if (parked === undefined) return;
    this.#parked?.delete(stream);
    parked.done.reject(createReason(stream.id));
  }

  /** Lets as many go as there is room for, in order. */
  #letGo(waiting: Map<StreamState, Parked>): void {
    // One that is let go may not come again; when nothing waits nobody else would be let go after it.
    let room = this.waitingBytes === 0 ? Infinity : this.#maxBytes - this.waitingBytes;
    for (const [stream, parked] of waiting) {
      if (room <= 0) return;
      room -= parked.bytes;
      waiting.delete(stream);
      parked.done.resolve();
    }
  }
}
