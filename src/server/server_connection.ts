import { RpcPeerEndpoint } from "../endpoints/peer.ts";
import { callHook } from "../internal/call_hook.ts";
import type { RpcClock, RpcTimer } from "../internal/clock.ts";
import { textOf } from "../internal/thrown.ts";
import type { RpcLogger } from "../logger.ts";
import type {
  RpcConnectionLoss,
  RpcWebSocketTransportOptions,
} from "../transports/websocket/base.ts";
import type { WebSocketLike } from "../transports/websocket/web_socket_like.ts";
import { ServedTransport, type ServedTransportHooks } from "./served_transport.ts";
import type { RpcAcceptedPeer, RpcServingOptions } from "./server_options.ts";

/**
 * How long a socket counts after its connection has ended, unless it closes before. A peer may never
 * answer a close, and Deno keeps such a socket for as long as the peer does.
 */
const LINGER_MS = 10_000;

/** What a {@linkcode ServerConnection} needs beside its socket; all of a server share it. */
export interface ServerConnectionOptions {
  readonly serving: RpcServingOptions & { readonly logger: RpcLogger };
  /** Settings of the transports. */
  readonly transport: RpcWebSocketTransportOptions & { readonly clock: RpcClock };
  /** Called once, when the connection has ended. */
  readonly onEnded: (connection: ServerConnection) => void;
  /** Called once, after that, when the socket is closed for good or no longer waited for. */
  readonly onGone: (connection: ServerConnection) => void;
}

/** One accepted socket with the endpoint on it, and the server's hooks around them. */
export class ServerConnection implements ServedTransportHooks {
  /** The endpoint. */
  readonly endpoint: RpcPeerEndpoint;
  readonly #options: ServerConnectionOptions;
  #state: "open" | "ended" | "gone" = "open";
  #isAnnounced = false;
  #isSocketClosed = false;
  #linger: RpcTimer | undefined;

  constructor(socket: WebSocketLike, peer: RpcAcceptedPeer, options: ServerConnectionOptions) {
    this.#options = options;
    const transport = new ServedTransport(socket, { ...peer, ...options.transport }, this);
    this.endpoint = new RpcPeerEndpoint({ ...options.serving, transport });
    this.endpoint.start();
  }

  /** Whether no stream is open or waits to be sent. */
  get isIdle(): boolean {
    return this.endpoint.transport.openStreams === 0;
  }

  /** Waits for the close of the socket no longer, once the connection has ended. */
  giveUp(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    if (this.#linger !== undefined) this.#clock.clearTimer(this.#linger);
    this.#options.onGone(this);
  }

  /** Calls the hook; a call of its own that the hook makes goes out before any answer. */
  onReady(): void {
    this.#isAnnounced = true;
    const { onConnection } = this.#options.serving;
    if (onConnection === undefined) return;
    callHook(() => onConnection(this.endpoint), (error) => this.#hookFailed(error));
  }

  onLost(loss: RpcConnectionLoss): void {
    this.#end(loss);
    void this.endpoint.close();
  }

  onClose(done: Promise<void>): void {
    void done.then(() => this.#end(undefined));
  }

  onSocketClosed(): void {
    this.#isSocketClosed = true;
    if (this.#state === "ended") this.giveUp();
  }

  get #clock(): RpcClock {
    return this.#options.transport.clock;
  }

  #hookFailed(error: unknown): void {
    this.#options.serving.logger.error("Hook onConnection failed", { error: textOf(error) });
    void this.endpoint.close();
  }

  #outlast(): void {
    this.#options.serving.logger.warn("Peer did not answer a close", { waitedMs: LINGER_MS });
    this.giveUp();
  }

  #end(loss: RpcConnectionLoss | undefined): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#options.onEnded(this);
    if (this.#isSocketClosed) this.giveUp();
    else this.#linger = this.#clock.setTimer(() => this.#outlast(), LINGER_MS);
    if (this.#isAnnounced) this.#announceEnd(loss);
  }

  #announceEnd(loss: RpcConnectionLoss | undefined): void {
    const { onConnectionClosed, logger } = this.#options.serving;
    callHook(() => onConnectionClosed?.(this.endpoint, loss), (error) => {
      logger.error("Hook onConnectionClosed failed", { error: textOf(error) });
    });
  }
}
