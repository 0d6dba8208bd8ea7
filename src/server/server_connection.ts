import { RpcPeerEndpoint } from "../endpoints/peer.ts";
import type { RpcLogger } from "../logger.ts";
import type { RpcConnectionLoss } from "../transports/websocket/base.ts";
import { ServedTransport } from "./served_transport.ts";
import type { RpcAcceptedSocket, RpcServingOptions } from "./server_options.ts";

/** What a {@linkcode ServerConnection} needs beside its socket. */
export interface ServerConnectionOptions {
  readonly serving: RpcServingOptions;
  readonly logger: RpcLogger;
  /** Called once, when the socket is gone or was given up. */
  readonly onEnded: (connection: ServerConnection) => void;
}

/** One accepted socket with the endpoint on it, and the server's hooks around them. */
export class ServerConnection {
  /** The endpoint. */
  readonly endpoint: RpcPeerEndpoint;
  readonly #options: ServerConnectionOptions;
  #isAnnounced = false;
  #isEnded = false;

  constructor(accepted: RpcAcceptedSocket, options: ServerConnectionOptions) {
    const { socket, ...peer } = accepted;
    this.#options = options;
    const transport = new ServedTransport(socket, {
      ...peer,
      ...transportOptions(options),
      onConnectionLost: (loss) => this.#lost(loss),
    }, {
      onReady: () => this.#announce(),
      onClose: (done) => void done.then(() => this.#end(undefined)),
    });
    this.endpoint = new RpcPeerEndpoint({ ...options.serving, logger: options.logger, transport });
    this.endpoint.start();
  }

  /** Whether no stream is open or waits to be sent. */
  get isIdle(): boolean {
    return this.endpoint.transport.openStreams === 0;
  }

  /** Calls the hook; a call of its own that the hook makes goes out before any answer. */
  #announce(): void {
    this.#isAnnounced = true;
    const { onConnection } = this.#options.serving;
    if (onConnection === undefined) return;
    try {
      const done = onConnection(this.endpoint);
      if (done instanceof Promise) done.catch(this.#hookFailed);
    } catch (error) {
      this.#hookFailed(error);
    }
  }

  readonly #hookFailed = (error: unknown): void => {
    this.#options.logger.error("Hook onConnection failed", { error: String(error) });
    void this.endpoint.close();
  };

  #lost(loss: RpcConnectionLoss): void {
    this.#end(loss);
    void this.endpoint.close();
  }

  #end(loss: RpcConnectionLoss | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#options.onEnded(this);
    if (!this.#isAnnounced) return;
    try {
      this.#options.serving.onConnectionClosed?.(this.endpoint, loss);
    } catch (error) {
      this.#options.logger.error("Hook onConnectionClosed failed", { error: String(error) });
    }
  }
}

function transportOptions(
  { serving, logger }: ServerConnectionOptions,
): Pick<RpcServingOptions, "limits" | "clock" | "logger"> {
  const { limits, clock } = serving;
  return {
    logger,
    ...(limits === undefined ? {} : { limits }),
    ...(clock === undefined ? {} : { clock }),
  };
}
