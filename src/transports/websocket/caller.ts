import type { RpcPeerInfo, RpcTransportSide } from "../transport.ts";
import {
  type RpcConnectionLoss,
  RpcWebSocketTransportBase,
  type RpcWebSocketTransportOptions,
} from "./base.ts";
import {
  openSocket,
  parseSocketUrl,
  type RpcHandshakeHeaders,
  type RpcWebSocketUrl,
} from "./open_socket.ts";
import type { WebSocketLike } from "./web_socket_like.ts";
import { DEFAULT_PROTOCOLS, selectWire } from "./wires.ts";

/** Settings of {@linkcode RpcWebSocketCallerTransport}. */
export interface RpcWebSocketCallerOptions extends RpcWebSocketTransportOptions {
  /** Sub-protocols to offer, preferred first; `rpc-ts.v1` unless given. */
  readonly protocols?: readonly string[];
  /** Called when a connection was lost, after its calls have ended; not for one's own `close`. */
  readonly onConnectionLost?: (loss: RpcConnectionLoss) => void;
}

/** Settings of {@linkcode RpcWebSocketCallerTransport.connect}. */
export interface RpcWebSocketConnectOptions extends RpcWebSocketCallerOptions {
  /**
   * Headers of the handshake, or a function that is asked for them at every attempt; none unless
   * given. Deno and Bun only: a browser cannot send any.
   */
  readonly headers?: RpcHandshakeHeaders;
  /** Makes the socket of every attempt; the platform's `WebSocket` unless given. */
  readonly createSocket?: (url: URL, protocols: string[]) => WebSocketLike | Promise<WebSocketLike>;
}

/**
 * The calling end of a WebSocket.
 *
 * @example Take a socket that one has
 * ```ts ignore because nothing listens there
 * import { RpcCallerEndpoint, RpcWebSocketCallerTransport } from "@rpc-ts/websocket";
 *
 * const socket = new WebSocket("wss://api.example.com/rpc", ["rpc-ts.v1"]);
 * const transport = new RpcWebSocketCallerTransport(socket);
 * await using caller = new RpcCallerEndpoint({ transport });
 * ```
 */
export class RpcWebSocketCallerTransport extends RpcWebSocketTransportBase {
  /** `caller`: this end opened the socket. */
  readonly side: RpcTransportSide = "caller";
  /** The other end, of which a caller knows the sub-protocol. */
  readonly peer: RpcPeerInfo;
  readonly #options: RpcWebSocketCallerOptions;
  readonly #open: ((signal: AbortSignal) => WebSocketLike | Promise<WebSocketLike>) | undefined;

  /**
   * Takes a socket that is open or opening, or a function that makes one.
   *
   * @param socket A socket, which the transport owns from now on; a connection that is lost cannot
   *   be replaced then. Or a function that makes a socket: it is called at once, and again by
   *   {@linkcode RpcWebSocketTransportBase.reconnect}; its signal aborts when the socket is not
   *   wanted any more
   * @param options Sub-protocols, limits, logger, clock
   * @throws {RangeError} When none of the sub-protocols is one of this library, or a limit is wrong
   */
  constructor(
    socket: WebSocketLike | ((signal: AbortSignal) => WebSocketLike | Promise<WebSocketLike>),
    options: RpcWebSocketCallerOptions = {},
  ) {
    super(options);
    this.#options = options;
    const { protocol } = selectWire(options.protocols ?? DEFAULT_PROTOCOLS);
    this.peer = { address: undefined, protocol, auth: undefined };
    this.#open = typeof socket === "function" ? socket : undefined;
    if (typeof socket === "function") this.openConnection();
    else this.attach(socket);
  }

  /**
   * Connects to a server. Returns at once: calls may be made right away and leave when the
   * connection stands; when it cannot be made they end with `UNAVAILABLE`.
   *
   * @param url Address, or a function that is asked for it at every attempt. `http:` and `https:`
   *   are taken as `ws:` and `wss:`
   * @param options Sub-protocols, headers, limits, logger
   * @returns The transport
   * @throws {TypeError} When the address is not one of a WebSocket
   *
   * @example Connect with a token that may change
   * ```ts ignore because nothing listens there
   * import { RpcCallerEndpoint, RpcWebSocketCallerTransport } from "@rpc-ts/websocket";
   *
   * let token = "first";
   * const transport = RpcWebSocketCallerTransport.connect("wss://api.example.com/rpc", {
   *   headers: () => ({ authorization: `Bearer ${token}` }),
   * });
   * await using caller = new RpcCallerEndpoint({ transport });
   * ```
   */
  static connect(
    url: RpcWebSocketUrl,
    options: RpcWebSocketConnectOptions = {},
  ): RpcWebSocketCallerTransport {
    const checked = typeof url === "function" ? url : parseSocketUrl(url);
    const protocols = options.protocols ?? DEFAULT_PROTOCOLS;
    const open = (): Promise<WebSocketLike> => openSocket(checked, { ...options, protocols });
    return new RpcWebSocketCallerTransport(open, options);
  }

  /** Whether there is a function that makes sockets. */
  get canReconnect(): boolean {
    return this.#open !== undefined;
  }

  /** Makes a socket with the function that the transport was made of. */
  protected openSocket(signal: AbortSignal): WebSocketLike | Promise<WebSocketLike> {
    if (this.#open !== undefined) return this.#open(signal);
    throw new TypeError("Cannot open a socket: the transport was made of one socket");
  }

  /** Tells the listener that the options gave. */
  protected override connectionLost(loss: RpcConnectionLoss): void {
    return this.#options.onConnectionLost?.(loss);
  }
}
