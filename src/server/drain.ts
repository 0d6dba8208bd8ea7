import type { RpcClock, RpcTimer } from "../internal/clock.ts";
import { createDeferred } from "../internal/deferred.ts";
import type { ServerConnection } from "./server_connection.ts";

/** How often connections are asked whether what their calls sent has left. */
const POLL_MS = 10;

/**
 * Waits until connections have nothing left to do: they take no new calls, those that run end, and what
 * they sent has gone out. It is over when all are idle, when the time is, or when it is hurried.
 */
export class Drain {
  /** Settles when the drain is over; never rejects. */
  readonly done: Promise<void>;
  readonly #connections: readonly ServerConnection[];
  readonly #clock: RpcClock;
  readonly #over = createDeferred<void>();
  readonly #budget: RpcTimer;
  #poll: RpcTimer | undefined;
  #isOver = false;

  constructor(
    connections: readonly ServerConnection[],
    options: { clock: RpcClock; timeoutMs: number },
  ) {
    this.#connections = connections;
    this.#clock = options.clock;
    this.done = this.#over.promise;
    this.#budget = options.clock.setTimer(() => this.hurry(), options.timeoutMs);
    const served = connections.map(({ endpoint }) => endpoint.drain());
    void Promise.allSettled(served).then(() => this.#check());
  }

  /** Ends the drain now. */
  hurry(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#clock.clearTimer(this.#budget);
    if (this.#poll !== undefined) this.#clock.clearTimer(this.#poll);
    this.#over.resolve();
  }

  #check(): void {
    if (this.#isOver) return;
    this.#poll = undefined;
    if (this.#connections.every((connection) => connection.isIdle)) return this.hurry();
    this.#poll = this.#clock.setTimer(() => this.#check(), POLL_MS);
  }
}
