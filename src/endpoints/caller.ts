import type { RpcClient } from "../contracts/client.ts";
import type { RpcContract } from "../contracts/contract.ts";
import { CallerCore } from "./caller_core.ts";
import { createClient } from "./client.ts";
import { RpcEndpoint, type RpcEndpointOptions } from "./endpoint.ts";
import { NO_INTERCEPTORS, type RpcCallerInterceptor } from "./interceptor.ts";
import { answerUnserved } from "./unserved_call.ts";

/** Settings of {@linkcode RpcCallerEndpoint}. */
export interface RpcCallerEndpointOptions extends RpcEndpointOptions {
  /** Wrap every call, the first outermost; none unless given. */
  readonly interceptors?: readonly RpcCallerInterceptor[];
}

/**
 * The end of a connection that calls.
 *
 * @example Call a method in the same process
 * ```ts
 * import {
 *   createMemoryTransportPair,
 *   defineContract,
 *   implement,
 *   RpcCallerEndpoint,
 *   RpcResponderEndpoint,
 *   unary,
 * } from "@rpc-ts/websocket";
 *
 * const Greeter = defineContract("Greeter", { greet: unary<{ name: string }, string>() });
 * const greeter = implement(Greeter, { greet: ({ name }) => `Hello, ${name}` });
 *
 * const [near, far] = createMemoryTransportPair();
 * await using responder = new RpcResponderEndpoint({ transport: far, contracts: [greeter] });
 * responder.start();
 * await using caller = new RpcCallerEndpoint({ transport: near });
 *
 * const reply = await caller.client(Greeter).greet({ name: "Ada" });
 * if (reply !== "Hello, Ada") throw new Error("unexpected reply");
 * ```
 */
export class RpcCallerEndpoint extends RpcEndpoint {
  readonly #caller: CallerCore;

  /**
   * Builds a caller; calls can be made at once.
   *
   * @param options Transport, interceptors, logger, clock, codec
   */
  constructor(options: RpcCallerEndpointOptions) {
    super(options);
    this.#caller = new CallerCore(this.environment, options.interceptors ?? NO_INTERCEPTORS);
    // A caller serves nothing but the ping.
    this.listen({ accept: (opening) => answerUnserved(this.transport, opening) });
  }

  /**
   * The functions that call the methods of a contract. On a closed endpoint they fail through their
   * promise or stream, with `FAILED_PRECONDITION`.
   *
   * @param contract What the other end serves
   * @returns One function a method; nothing is sent before one is called
   */
  client<Contract extends RpcContract>(contract: Contract): RpcClient<Contract> {
    return createClient(this.#caller, contract);
  }

  /** Adds an interceptor inside those that are there; calls under way keep theirs. */
  addInterceptor(interceptor: RpcCallerInterceptor): void {
    this.#caller.addInterceptor(interceptor);
  }
}
