import { createLimits, type RpcLimits } from "../../protocol/limits.ts";
import type { RpcUpgrade } from "../../server/upgrader.ts";
import { BunServerSocket, type RpcBunServerWebSocket } from "./server_socket.ts";
import { toIdleSeconds } from "../common/handler_options.ts";

/** What may stand around a message: frames that share its batch, their headers. */
const BATCH_ROOM_BYTES = 1024 * 1024;

const DRAIN = /* @__PURE__ */ Object.freeze({ type: "drain" });

/** The `websocket` object of `Bun.serve`. */
export interface RpcBunWebSocketHandler {
  /** A socket is open. */
  open(socket: RpcBunServerWebSocket): void;
  /** A message came. */
  message(socket: RpcBunServerWebSocket, message: string | Uint8Array): void;
  /** There is room in the send buffer. */
  drain(socket: RpcBunServerWebSocket): void;
  /** A socket is closed. */
  close(socket: RpcBunServerWebSocket, code: number, reason: string): void;
  /** Largest message that Bun takes; more than this library ever needs. */
  readonly maxPayloadLength: number;
  /** Most bytes that wait before Bun drops messages; more than this library lets wait. */
  readonly backpressureLimit: number;
  /** False: the library reads what `send` answers. */
  readonly closeOnBackpressureLimit: boolean;
  /** Seconds of silence after which a client is given up. */
  readonly idleTimeout: number;
  /** True: Bun pings clients that are silent. */
  readonly sendPings: boolean;
  /** False: messages are mostly small and mostly binary. */
  readonly perMessageDeflate: boolean;
}

/**
 * The handlers of another `websocket` object, for sockets that are not of this library. They may type
 * their sockets as they like.
 */
export interface RpcBunOtherWebSocketHandler {
  /** A socket is open. */
  open?(socket: unknown): unknown;
  /** A message came. */
  message?(socket: unknown, message: unknown): unknown;
  /** There is room in the send buffer. */
  drain?(socket: unknown): unknown;
  /** A socket is closed. */
  close?(socket: unknown, code: number, reason: string): unknown;
}

/** Settings of {@linkcode createBunWebSocket}. */
export interface RpcBunWebSocketOptions {
  /** The largest limits of all that share the server; the defaults unless given. */
  readonly limits?: Partial<RpcLimits>;
  /** Silence after which a client is given up, in milliseconds; 30 000 unless given, 0 for never. */
  readonly idleTimeoutMs?: number;
  /** Takes the events of sockets that are not of this library; nobody unless given. */
  readonly other?: RpcBunOtherWebSocketHandler;
}

/**
 * What our sockets carry as `data` until they are open, and then a {@linkcode BunServerSocket}; nothing
 * is kept anywhere else.
 */
export class BunSocketData {
  readonly #upgrade: RpcUpgrade;

  constructor(upgrade: RpcUpgrade) {
    this.#upgrade = upgrade;
  }

  /** Makes the socket and hands it over. */
  open(socket: RpcBunServerWebSocket): void {
    const own = new BunServerSocket(socket);
    socket.data = own;
    this.#upgrade.accept(own);
  }
}

/** Whether a socket is not of this library; one of ours is told nothing before it is open. */
function isOther({ data }: RpcBunServerWebSocket): boolean {
  return !(data instanceof BunSocketData);
}

/**
 * Makes the `websocket` object of `Bun.serve`, of which a server has one. It serves the sockets of all
 * handlers of this library, and hands those of others on.
 *
 * @param options Limits, idle time-out, the handlers of others
 * @returns The object
 * @throws {RangeError} When a limit or the time is out of range
 *
 * @example Share a server with another library
 * ```ts
 * import { createBunWebSocket } from "@rpc-ts/websocket/adapters/bun";
 *
 * const theirs = { message(_socket: unknown, _message: unknown): void {} };
 * const websocket = createBunWebSocket({ other: theirs });
 * // Bun.serve({ port: 8080, fetch, websocket });
 * if (websocket.perMessageDeflate) throw new Error("unexpected compression");
 * ```
 */
export function createBunWebSocket(options: RpcBunWebSocketOptions = {}): RpcBunWebSocketHandler {
  const { other } = options;
  const limits = createLimits(options.limits);
  return {
    open(socket): void {
      if (socket.data instanceof BunSocketData) socket.data.open(socket);
      else other?.open?.(socket);
    },
    message(socket, message): void {
      const { data } = socket;
      if (data instanceof BunServerSocket) data.dispatch({ type: "message", data: message });
      else if (isOther(socket)) other?.message?.(socket, message);
    },
    drain(socket): void {
      const { data } = socket;
      if (data instanceof BunServerSocket) data.dispatch(DRAIN);
      else if (isOther(socket)) other?.drain?.(socket);
    },
    close(socket, code, reason): void {
      const { data } = socket;
      if (data instanceof BunServerSocket) data.dispatch({ type: "close", code, reason });
      else if (isOther(socket)) other?.close?.(socket, code, reason);
    },
    maxPayloadLength: maxPayloadBytes(limits),
    // The writer fails the connection a little above its own limit, before Bun drops anything.
    backpressureLimit: limits.maxQueuedBytes * 2 + BATCH_ROOM_BYTES,
    closeOnBackpressureLimit: false,
    idleTimeout: toIdleSeconds(options.idleTimeoutMs),
    sendPings: true,
    perMessageDeflate: false,
  };
}

/** A batch of the native wire is small; a wire without fragments sends a message whole. */
function maxPayloadBytes({ maxMessageBytes, maxMetadataBytes }: RpcLimits): number {
  return maxMessageBytes + maxMetadataBytes * 2 + BATCH_ROOM_BYTES;
}
