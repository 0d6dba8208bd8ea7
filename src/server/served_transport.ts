import type { RpcConnectionLoss } from "../transports/websocket/connection_loss.ts";
import {
  type RpcWebSocketResponderOptions,
  RpcWebSocketResponderTransport,
} from "../transports/websocket/responder.ts";
import type { WebSocketLike } from "../transports/websocket/web_socket_like.ts";

/** What a {@linkcode ServedTransport} tells its server. */
export interface ServedTransportHooks {
  /** The connection carries frames. */
  onReady(): void;
  /** The connection was lost; told at most once. */
  onLost(loss: RpcConnectionLoss): void;
  /** This side closes the connection; told once, with the end of the closing. */
  onClose(done: Promise<void>): void;
  /** The socket is closed for good. */
  onSocketClosed(): void;
}

/** The transport of one served connection: it tells its server what happens to it. */
export class ServedTransport extends RpcWebSocketResponderTransport {
  readonly #hooks: ServedTransportHooks;
  #isClosing = false;

  constructor(
    socket: WebSocketLike,
    options: RpcWebSocketResponderOptions,
    hooks: ServedTransportHooks,
  ) {
    super(socket, options);
    this.#hooks = hooks;
  }

  override close(): Promise<void> {
    const done = super.close();
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#hooks.onClose(done);
    }
    return done;
  }

  protected override connectionReady(): void {
    this.#hooks.onReady();
  }

  protected override connectionLost(loss: RpcConnectionLoss): void {
    this.#hooks.onLost(loss);
  }

  protected override socketClosed(): void {
    this.#hooks.onSocketClosed();
  }
}
