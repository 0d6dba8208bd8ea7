import type { RpcHandlerContext } from "../calls/handler_context.ts";
import type { RpcCodec } from "../codecs/codec.ts";
import type { RpcCallerInterceptor, RpcResponderInterceptor } from "../endpoints/interceptor.ts";
import type { RpcPeerEndpoint } from "../endpoints/peer.ts";
import type { RpcResponderContract } from "../endpoints/responder_contract.ts";
import type { RpcClock } from "../internal/clock.ts";
import type { RpcLogger } from "../logger.ts";
import type { RpcLimits } from "../protocol/limits.ts";
import type { RpcCompression } from "../transports/compression.ts";
import type { RpcConnectionLoss } from "../transports/websocket/base.ts";
import type { WebSocketLike } from "../transports/websocket/web_socket_like.ts";

/** What is known of the caller on an accepted socket. */
export interface RpcAcceptedPeer {
  /** Sub-protocol that was agreed on; that of the socket unless given. */
  readonly protocol?: string;
  /** Network address; unknown unless given. */
  readonly address?: string | undefined;
  /** What handlers find in `context.peer.auth`; nothing unless given. */
  readonly auth?: unknown;
}

/** A socket that was accepted, with what is known of its caller. */
export interface RpcAcceptedSocket extends RpcAcceptedPeer {
  /**
   * The socket, open or opening; the server owns it from now on. Hand it over in the turn it was
   * accepted in: what arrives before somebody listens is lost.
   */
  readonly socket: WebSocketLike;
}

/** Where a server's sockets come from, bare or with what is known of their callers. */
export type RpcConnectionSource =
  | AsyncIterable<WebSocketLike | RpcAcceptedSocket>
  | ReadableStream<WebSocketLike | RpcAcceptedSocket>;

/** Settings of a server that do not depend on where its sockets come from. */
export interface RpcServingOptions {
  /** What is served on every connection. */
  readonly contracts: readonly RpcResponderContract[];
  /**
   * Most connections at once, those that are being authorized or closed among them; 10 000 unless
   * given. A socket whose peer does not answer a close counts for another ten seconds.
   */
  readonly maxConnections?: number;
  /** Limits of every connection to change; all others take their default. */
  readonly limits?: Partial<RpcLimits>;
  /**
   * Compresses messages on every connection whose client does too, as `gzipCompression()` does; off
   * unless given.
   */
  readonly compression?: RpcCompression;
  /** Codec of methods whose contract names none; MessagePack unless given. */
  readonly codec?: RpcCodec;
  /** Wrap every call that is served, the first outermost; none unless given. */
  readonly interceptors?: readonly RpcResponderInterceptor[];
  /** Wrap every call that is made to a client, the first outermost; none unless given. */
  readonly callerInterceptors?: readonly RpcCallerInterceptor[];
  /**
   * Takes what a handler threw that is not an `RpcError`, and `INTERNAL` errors of this side with what
   * a schema or a codec threw as their cause; nothing unless given.
   */
  readonly onHandlerError?: (error: unknown, context: RpcHandlerContext) => void;
  /**
   * Called when a connection carries frames, before its first call is served. The endpoint can call
   * the client. A hook that throws or rejects costs the connection, and nothing else.
   */
  readonly onConnection?: (endpoint: RpcPeerEndpoint) => void | Promise<void>;
  /**
   * Called once for each connection that {@linkcode RpcServingOptions.onConnection} was called for,
   * when it has ended; with the loss unless this side closed it.
   */
  readonly onConnectionClosed?: (
    endpoint: RpcPeerEndpoint,
    loss: RpcConnectionLoss | undefined,
  ) => void;
  /** Where records go; nowhere unless given. */
  readonly logger?: RpcLogger;
  /** Where time comes from; the platform's clock unless given. */
  readonly clock?: RpcClock;
}

/** Settings of {@linkcode RpcWebSocketServer}. */
export interface RpcWebSocketServerOptions extends RpcServingOptions {
  /**
   * Where sockets come from; without it they are handed over by `accept`. A source that ends or fails
   * leaves open connections alive.
   */
  readonly connections?: RpcConnectionSource;
  /** Port that the source listens on, for health and the log; nothing else depends on it. */
  readonly port?: number;
}

/** Settings of {@linkcode RpcWebSocketServer.stop}. */
export interface RpcServerStopOptions {
  /** Longest time that calls in flight have to end, in milliseconds; 0 unless given. */
  readonly drainTimeoutMs?: number;
}
