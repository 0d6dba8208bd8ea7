import type { RpcPeerInfo, RpcTransportSide } from "../transport.ts";
import {
  type RpcConnectionLoss,
  RpcWebSocketTransportBase,
  type RpcWebSocketTransportOptions,
} from "./base.ts";
import type { WebSocketLike } from "./web_socket_like.ts";
import { DEFAULT_PROTOCOLS } from "./wires.ts";

/** Settings of {@linkcode RpcWebSocketResponderTransport}. */
export interface RpcWebSocketResponderOptions extends RpcWebSocketTransportOptions {
  /**
   * Sub-protocol that was agreed on. That of the socket unless given, and `rpc-ts.v1` where the
   * socket tells none, as those of `Deno.upgradeWebSocket` do.
   */
  readonly protocol?: string;
  /** Network address of the caller; unknown unless given. */
  readonly address?: string | undefined;
  /** What handlers find in `context.peer.auth`; nothing unless given. */
  readonly auth?: unknown;
  /** Called when the connection has ended other than by one's own `close`. */
  readonly onConnectionLost?: (loss: RpcConnectionLoss) => void;
}

/**
 * The serving end of a WebSocket, made of a socket that was accepted.
 *
 * @example Serve one socket
 * ```ts ignore because it needs an upgraded socket
 * import { RpcResponderEndpoint, RpcWebSocketResponderTransport } from "@rpc-ts/websocket";
 *
 * Deno.serve((request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "rpc-ts.v1" });
 *   const transport = new RpcWebSocketResponderTransport(socket);
 *   new RpcResponderEndpoint({ transport, contracts: [] }).start();
 *   return response;
 * });
 * ```
 */
export class RpcWebSocketResponderTransport extends RpcWebSocketTransportBase {
  /** The other end. */
  readonly peer: RpcPeerInfo;
  readonly #onConnectionLost: ((loss: RpcConnectionLoss) => void) | undefined;

  /**
   * Takes an accepted socket, open or opening; the transport owns it from now on.
   *
   * @param socket The socket
   * @param options Sub-protocol, what is known of the caller, limits, logger, clock
   * @throws {RangeError} When the sub-protocol is not one of this library, or a limit is wrong
   */
  constructor(socket: WebSocketLike, options: RpcWebSocketResponderOptions = {}) {
    super(options);
    const protocol = options.protocol ?? (socket.protocol || DEFAULT_PROTOCOLS[0] || "");
    this.#onConnectionLost = options.onConnectionLost;
    this.peer = { address: options.address, protocol, auth: options.auth };
    this.attach(socket);
  }

  /** `responder`: the other end opened the socket. */
  get side(): RpcTransportSide {
    return "responder";
  }

  /** False: only the caller can make a new connection. */
  get canReconnect(): boolean {
    return false;
  }

  /** Never called, as `canReconnect` is false. */
  protected openSocket(): WebSocketLike {
    throw new TypeError("Cannot open a socket: a responder accepts sockets only");
  }

  /** Tells the listener that the options gave. */
  protected override connectionLost(loss: RpcConnectionLoss): void {
    return this.#onConnectionLost?.(loss);
  }
}
