/**
 * Endpoints: calls in user code, on both ends of a transport.
 *
 * A {@linkcode RpcCallerEndpoint} gives typed functions for the methods of a contract; a
 * {@linkcode RpcResponderEndpoint} runs the handlers of what was made by {@linkcode implement}; an
 * {@linkcode RpcPeerEndpoint} does both over one connection. Each has one listener on its transport,
 * which hands every message to the call of its stream.
 *
 * Handlers get an {@linkcode RpcHandlerContext}. Interceptors wrap calls on either side, the first
 * added outermost.
 *
 * @example Call a method in the same process
 * ```ts
 * import { defineContract, unary } from "@rpc-ts/websocket/contracts";
 * import { implement, RpcCallerEndpoint, RpcResponderEndpoint } from "@rpc-ts/websocket/endpoints";
 * import { createMemoryTransportPair } from "@rpc-ts/websocket/transports";
 *
 * const Sum = defineContract("Sum", { of: unary<number[], number>() });
 * const sum = implement(Sum, { of: (numbers) => numbers.reduce((a, b) => a + b, 0) });
 *
 * const [near, far] = createMemoryTransportPair();
 * await using responder = new RpcResponderEndpoint({ transport: far, contracts: [sum] });
 * responder.start();
 * await using caller = new RpcCallerEndpoint({ transport: near });
 *
 * if (await caller.client(Sum).of([1, 2, 3]) !== 6) throw new Error("unexpected sum");
 * ```
 *
 * @module
 */
export type { RpcHandlerContext } from "../calls/handler_context.ts";
export { RpcCallerEndpoint, type RpcCallerEndpointOptions } from "./caller.ts";
export { RpcCallerContract, type RpcCallingEndpoint } from "./caller_contract.ts";
export { RpcEndpoint, type RpcEndpointHealth, type RpcEndpointOptions } from "./endpoint.ts";
export type {
  RpcCallerCall,
  RpcCallerInterceptor,
  RpcInterceptor,
  RpcResponderCall,
  RpcResponderInterceptor,
} from "./interceptor.ts";
export { RpcPeerEndpoint, type RpcPeerEndpointOptions } from "./peer.ts";
export {
  RpcEndpointPingProtocol,
  type RpcEndpointPingResult,
  type RpcPingingEndpoint,
  type RpcPingProtocol,
} from "./ping_protocol.ts";
export { RpcResponderEndpoint, type RpcResponderEndpointOptions } from "./responder.ts";
export { implement, type RpcContractHandlers, RpcResponderContract } from "./responder_contract.ts";
export type { RpcClock, RpcTimer } from "../internal/clock.ts";
