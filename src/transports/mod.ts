/**
 * Transports: frames in, streams out. A transport is one connection with its streams; it joins
 * fragments, holds the limits, keeps the credit of both sides, and tells every stream its end.
 *
 * Inbound, everything up to the layers above happens in the socket's message event. Outbound there is
 * one writer a connection: frames of one turn leave in one WebSocket message, streams take turns, and
 * data waits for the peer's credit.
 *
 * {@linkcode RpcWebSocketCallerTransport} and {@linkcode RpcWebSocketResponderTransport} are the two
 * ends of a WebSocket; {@linkcode createMemoryTransportPair} makes two ends in one process, for tests
 * and for programs that call themselves.
 *
 * @example Two ends in one process
 * ```ts
 * import { createMemoryTransportPair } from "@rpc-ts/websocket/transports";
 *
 * const [near, far] = createMemoryTransportPair();
 * if (!near.supportsZeroCopy) throw new Error("messages were copied");
 * await near.close();
 * await far.close();
 * ```
 *
 * @module
 */
export { RpcCompressedMessage } from "./compressed_message.ts";
export type {
  RpcCompression,
  RpcCompressionOptions,
  RpcConnectionCompression,
  RpcDeflation,
} from "./compression.ts";
export { DirectMessage } from "./direct_message.ts";
export { gzipCompression, type RpcGzipOptions } from "./gzip_compression.ts";
export { createHealthStatus, type RpcHealthLevel, type RpcHealthStatus } from "./health.ts";
export {
  createMemoryTransportPair,
  type RpcMemoryTransport,
  type RpcMemoryTransportOptions,
} from "./memory.ts";
export {
  RpcMessageFeed,
  type RpcMessageListener,
  type RpcMessageReceiver,
  type RpcTransportMessage,
} from "./message.ts";
export type {
  IRpcTransport,
  RpcPeerInfo,
  RpcStreamEnd,
  RpcStreamOpening,
  RpcTransportSide,
} from "./transport.ts";
export {
  type RpcConnectionLoss,
  RpcWebSocketTransportBase,
  type RpcWebSocketTransportOptions,
} from "./websocket/base.ts";
export {
  type RpcWebSocketCallerOptions,
  RpcWebSocketCallerTransport,
  type RpcWebSocketConnectOptions,
} from "./websocket/caller.ts";
export type { RpcHandshakeHeaders, RpcWebSocketUrl } from "./websocket/open_socket.ts";
export {
  type RpcWebSocketResponderOptions,
  RpcWebSocketResponderTransport,
} from "./websocket/responder.ts";
export { type RpcWaitUntilOpenOptions, waitUntilOpen } from "./websocket/wait_until_open.ts";
export type { WebSocketEventLike, WebSocketLike } from "./websocket/web_socket_like.ts";
export { DEFAULT_PROTOCOLS, selectProtocol } from "./websocket/wires.ts";
export type { RpcClock, RpcTimer } from "../internal/clock.ts";
