import type { RpcHandlerContext } from "../calls/handler_context.ts";
import { RpcEndpoint, type RpcEndpointOptions } from "./endpoint.ts";
import type { RpcResponderInterceptor } from "./interceptor.ts";
import type { RpcResponderContract } from "./responder_contract.ts";
import { ResponderCore } from "./responder_core.ts";

/** Settings of {@linkcode RpcResponderEndpoint}. */
export interface RpcResponderEndpointOptions extends RpcEndpointOptions {
  /** What is served; more can be registered later. */
  readonly contracts?: readonly RpcResponderContract[];
  /** Wrap every call, the first outermost; none unless given. */
  readonly interceptors?: readonly RpcResponderInterceptor[];
  /**
   * Takes what a handler threw that is not an `RpcError`, and `INTERNAL` errors of this side with what
   * a schema or a codec threw as their cause; nothing unless given. The caller only learns `INTERNAL`,
   * and the log only the kind of error, as its text may hold secrets.
   */
  readonly onHandlerError?: (error: unknown, context: RpcHandlerContext) => void;
}

/**
 * The end of a connection that serves.
 *
 * @example Serve a contract in the same process
 * ```ts
 * import {
 *   createMemoryTransportPair,
 *   defineContract,
 *   implement,
 *   RpcCallerEndpoint,
 *   RpcResponderEndpoint,
 *   serverStream,
 * } from "@rpc-ts/websocket";
 *
 * const Counter = defineContract("Counter", { count: serverStream<number, number>() });
 * const counter = implement(Counter, {
 *   async *count(to) {
 *     for (let number = 1; number <= to; number++) yield number;
 *   },
 * });
 *
 * const [near, far] = createMemoryTransportPair();
 * await using responder = new RpcResponderEndpoint({ transport: far, contracts: [counter] });
 * responder.start();
 * await using caller = new RpcCallerEndpoint({ transport: near });
 *
 * const numbers: number[] = [];
 * for await (const number of caller.client(Counter).count(3)) numbers.push(number);
 * if (numbers.join() !== "1,2,3") throw new Error("unexpected numbers");
 * ```
 */
export class RpcResponderEndpoint extends RpcEndpoint {
  readonly #responder: ResponderCore;

  /**
   * Builds a responder; it serves nothing before {@linkcode RpcResponderEndpoint.start}.
   *
   * @param options Transport, contracts, interceptors, logger, clock, codec
   * @throws {TypeError} When a service is there twice, or a method has no handler
   */
  constructor(options: RpcResponderEndpointOptions) {
    super(options);
    this.#responder = new ResponderCore(this.environment, options);
  }

  /** Names of the services that are served. */
  get services(): readonly string[] {
    return this.#responder.services;
  }

  /** Handlers that have not ended; one that ignores its signal counts until it does. */
  get runningHandlers(): number {
    return this.#responder.runningHandlers;
  }

  /**
   * Registers contracts, all of them or none.
   *
   * @param contracts What to serve beside what is served already
   * @throws {TypeError} When a service is there already, or a method has no handler
   */
  register(...contracts: readonly RpcResponderContract[]): void {
    this.#responder.register(contracts);
  }

  /** Adds an interceptor inside those that are there; calls under way keep theirs. */
  addInterceptor(interceptor: RpcResponderInterceptor): void {
    this.#responder.addInterceptor(interceptor);
  }

  /** Begins to serve; what came before is served first. Call it once. */
  start(): void {
    this.listen(this.#responder);
  }

  /**
   * Refuses new calls with `UNAVAILABLE`, and tells the peer so where the wire can; calls that run
   * go on.
   *
   * @returns Settles when none runs any more
   */
  drain(): Promise<void> {
    this.transport.goAway?.("Server is shutting down");
    return this.#responder.drain();
  }
}
