/**
 * Typed remote calls over one WebSocket, in both directions, for Deno, Bun, Hono and browsers.
 *
 * A contract names the methods of a service and their types. A server implements it; a client calls
 * it. Requests and responses are inferred on both sides, there is no generator.
 *
 * @example Define, serve and call
 * ```ts
 * import {
 *   createMemoryTransportPair,
 *   defineContract,
 *   implement,
 *   RpcCallerEndpoint,
 *   RpcResponderEndpoint,
 *   serverStream,
 *   unary,
 * } from "@rpc-ts/websocket";
 *
 * const Chat = defineContract("Chat", {
 *   send: unary<{ text: string }, { id: number }>(),
 *   listen: serverStream<{ room: string }, string>(),
 * });
 *
 * const chat = implement(Chat, {
 *   send: ({ text }) => ({ id: text.length }),
 *   async *listen({ room }) {
 *     yield `Welcome to ${room}`;
 *   },
 * });
 *
 * const [near, far] = createMemoryTransportPair();
 * await using responder = new RpcResponderEndpoint({ transport: far, contracts: [chat] });
 * responder.start();
 * await using caller = new RpcCallerEndpoint({ transport: near });
 * const client = caller.client(Chat);
 *
 * if ((await client.send({ text: "hello" })).id !== 5) throw new Error("unexpected reply");
 * for await (const text of client.listen({ room: "general" })) {
 *   if (text !== "Welcome to general") throw new Error("unexpected text");
 * }
 * ```
 *
 * @module
 */

// In the order of the layers: what is alike is near to each other in a bundle then, and compresses.

// How values become bytes.
export {
  cborCodec,
  jsonCodec,
  messagePackCodec,
  rawCodec,
  type RpcCodec,
} from "./src/codecs/mod.ts";

// What goes wrong, and within which limits.
export {
  createLimits,
  DEFAULT_LIMITS,
  RpcError,
  type RpcErrorDetail,
  type RpcLimits,
  RpcMetadata,
  type RpcMetadataInit,
  RpcStatus,
  type RpcStatusCode,
} from "./src/protocol/mod.ts";

// What calls run on.
export {
  createMemoryTransportPair,
  gzipCompression,
  type IRpcTransport,
  type RpcCompression,
  type RpcHealthStatus,
  type RpcPeerInfo,
  RpcWebSocketCallerTransport,
  RpcWebSocketResponderTransport,
  RpcWebSocketTransportBase,
  waitUntilOpen,
  type WebSocketLike,
} from "./src/transports/mod.ts";

// What can be called.
export {
  bidirectional,
  clientStream,
  createContextKey,
  defineContract,
  defineContractWith,
  type RpcCallOptions,
  type RpcClient,
  type RpcContextKey,
  type RpcContract,
  type RpcResponseStream,
  type RpcSource,
  serverStream,
  unary,
  unchecked,
} from "./src/contracts/mod.ts";

// Both ends of a call.
export {
  implement,
  RpcCallerContract,
  RpcCallerEndpoint,
  type RpcCallerInterceptor,
  type RpcContractHandlers,
  RpcEndpoint,
  type RpcEndpointHealth,
  RpcEndpointPingProtocol,
  type RpcEndpointPingResult,
  type RpcHandlerContext,
  RpcPeerEndpoint,
  RpcResponderContract,
  RpcResponderEndpoint,
  type RpcResponderInterceptor,
} from "./src/endpoints/mod.ts";

// Serving many connections.
export { RpcWebSocketServer } from "./src/server/mod.ts";

// What happens inside.
export { createConsoleSink } from "./src/diagnostics/mod.ts";
export type { RpcClock, RpcTimer } from "./src/internal/clock.ts";
export { RpcLogger, type RpcLogLevel, type RpcLogRecord, type RpcLogSink } from "./src/logger.ts";
