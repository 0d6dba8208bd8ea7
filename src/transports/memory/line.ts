import { createDeferred } from "../../internal/deferred.ts";
import type { MemoryConnection } from "./connection.ts";

/** An end of a line, as the line needs it. */
export interface MemoryLineEnd {
  /** Whether this end has been closed for good. */
  readonly isEnded: boolean;
  /** Makes this end's half of a new connection. */
  createConnection(): MemoryConnection;
  /** Takes over a connection that stands. */
  attach(connection: MemoryConnection): void;
  /** Ends the connection of the moment to make room for a new one; settles when both ends know. */
  detach(): Promise<void>;
}

/** What joins two ends for good, over one connection after the other. */
export class MemoryLine {
  readonly #ends: MemoryLineEnd[] = [];
  #reconnecting: Promise<void> | undefined;

  /** Whether a connection is being replaced. */
  get isReconnecting(): boolean {
    return this.#reconnecting !== undefined;
  }

  /** Whether there can be a connection: neither end has been closed. */
  get isUsable(): boolean {
    return this.#ends.every((end) => !end.isEnded);
  }

  /** Adds an end; the second one connects both. */
  add(end: MemoryLineEnd): void {
    this.#ends.push(end);
    this.#connect();
  }

  /** Replaces the connection for `end`; both ends share one attempt. Never rejects. */
  reconnect(end: MemoryLineEnd): Promise<void> {
    if (this.#reconnecting !== undefined) return this.#reconnecting;
    const attempt = createDeferred<void>();
    // It comes first: calls that are told of the end may ask again.
    this.#reconnecting = attempt.promise;
    this.#replace(end).then(attempt.resolve, attempt.reject);
    return attempt.promise;
  }

  async #replace(end: MemoryLineEnd): Promise<void> {
    await end.detach();
    this.#reconnecting = undefined;
    // Calls that were told of the end may have closed either end.
    if (this.isUsable) this.#connect();
  }

  #connect(): void {
    const [near, far] = this.#ends;
    if (near === undefined || far === undefined) return;
    const [nearHalf, farHalf] = [near.createConnection(), far.createConnection()];
    nearHalf.join(farHalf);
    near.attach(nearHalf);
    far.attach(farHalf);
  }
}
