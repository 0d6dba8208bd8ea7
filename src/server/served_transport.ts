import {
  type RpcWebSocketResponderOptions,
  RpcWebSocketResponderTransport,
} from "../transports/websocket/responder.ts";
import type { WebSocketLike } from "../transports/websocket/web_socket_like.ts";

/** What a {@linkcode ServedTransport} tells its server. */
export interface ServedTransportHooks {
  /** The connection carries frames. */
  readonly onReady: () => void;
  /** This side closes the connection; told once, with the end of the closing. */
  readonly onClose: (done: Promise<void>) => void;
}

/** The transport of one served connection: it also tells when this side closes it. */
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
}
