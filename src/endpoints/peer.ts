import type { RpcClient } from "../contracts/client.ts";
import type { RpcContract } from "../contracts/contract.ts";
import { CallerCore } from "./caller_core.ts";
import { createClient } from "./client.ts";
import { keepInterceptors, NO_INTERCEPTORS, type RpcCallerInterceptor } from "./interceptor.ts";
import { RpcResponderEndpoint, type RpcResponderEndpointOptions } from "./responder.ts";

/** Settings of {@linkcode RpcPeerEndpoint}. */
export interface RpcPeerEndpointOptions extends RpcResponderEndpointOptions {
  /** Wrap every call that is made here, the first outermost; none unless given. */
  readonly callerInterceptors?: readonly RpcCallerInterceptor[];
}

/**
 * Both ends in one: it serves and calls over the same connection, in both directions at once.
 *
 * @example Let both sides call each other
 * ```ts
 * import {
 *   createMemoryTransportPair,
 *   defineContract,
 *   implement,
 *   RpcPeerEndpoint,
 *   unary,
 * } from "@rpc-ts/websocket";
 *
 * const Name = defineContract("Name", { get: unary<null, string>() });
 * const [left, right] = createMemoryTransportPair();
 * await using ada = new RpcPeerEndpoint({
 *   transport: left,
 *   contracts: [implement(Name, { get: () => "Ada" })],
 * });
 * await using bob = new RpcPeerEndpoint({
 *   transport: right,
 *   contracts: [implement(Name, { get: () => "Bob" })],
 * });
 * ada.start();
 * bob.start();
 *
 * if (await ada.client(Name).get(null) !== "Bob") throw new Error("unexpected name");
 * if (await bob.client(Name).get(null) !== "Ada") throw new Error("unexpected name");
 * ```
 */
export class RpcPeerEndpoint extends RpcResponderEndpoint {
  readonly #callerInterceptors: readonly RpcCallerInterceptor[];
  /** Made with the first client: most servers never call. */
  #caller: CallerCore | undefined;

  /**
   * Builds a peer; it neither serves nor hears answers before `start`.
   *
   * @param options Transport, contracts, interceptors of both directions, logger, clock, codec
   * @throws {TypeError} When a service is there twice, or a method has no handler
   */
  constructor(options: RpcPeerEndpointOptions) {
    super(options);
    this.#callerInterceptors = keepInterceptors(options.callerInterceptors ?? NO_INTERCEPTORS);
  }

  /**
   * The functions that call the methods of a contract that the other end serves.
   *
   * @param contract What the other end serves
   * @returns One function a method; nothing is sent before one is called
   */
  client<Contract extends RpcContract>(contract: Contract): RpcClient<Contract> {
    return createClient(this.#getCaller(), contract);
  }

  /** Adds an interceptor for calls that are made here; calls under way keep theirs. */
  addCallerInterceptor(interceptor: RpcCallerInterceptor): void {
    this.#getCaller().addInterceptor(interceptor);
  }

  #getCaller(): CallerCore {
    return this.#caller ??= new CallerCore(this.environment, this.#callerInterceptors);
  }
}
