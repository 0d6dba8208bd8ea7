/** What a case gets: a connection of its own to the server, and means to make more. */
import type { RpcClient } from "../../src/contracts/client.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import type { RpcConnectionLoss } from "../../src/transports/websocket/base.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import type { WebSocketLike } from "../../src/transports/websocket/web_socket_like.ts";
import { CallObserver, TestService, UnimplementedService } from "./contract.ts";
import { type InteropWire, protocolsOf } from "./wire.ts";

/** The server that the cases run against. */
export interface InteropTarget {
  readonly url: string;
  readonly wire: InteropWire;
  /** Makes sockets; the platform's `WebSocket` unless given. */
  readonly createSocket?: () => WebSocketLike;
}

/** How one connection differs from the others. */
export interface InteropConnectOptions {
  /** Where to connect; the server's own address unless given. */
  readonly url?: string;
  readonly limits?: Partial<RpcLimits>;
  readonly onConnectionLost?: (loss: RpcConnectionLoss) => void;
}

/** A connection with everything that can be called on it. */
export interface InteropConnection {
  readonly transport: RpcWebSocketCallerTransport;
  readonly endpoint: RpcCallerEndpoint;
  readonly client: RpcClient<typeof TestService>;
  readonly unimplemented: RpcClient<typeof UnimplementedService>;
  readonly observer: RpcClient<typeof CallObserver>;
}

/** What a case gets. */
export interface InteropContext extends InteropConnection {
  /** Address of the server. */
  readonly url: string;
  /** Makes another connection, which ends with the case. */
  connect(options?: InteropConnectOptions): InteropConnection;
}

/** Connections of one case; all of them end with it. */
export class InteropConnections implements AsyncDisposable {
  /** What the case gets. */
  readonly context: InteropContext;
  readonly #target: InteropTarget;
  readonly #endpoints: RpcCallerEndpoint[] = [];

  constructor(target: InteropTarget) {
    this.#target = target;
    this.context = {
      ...this.#connect(),
      url: target.url,
      connect: (options) => this.#connect(options),
    };
  }

  /** Calls and streams that a case left behind. */
  get leftovers(): number {
    let left = 0;
    for (const { activeCalls, transport } of this.#endpoints) {
      left += activeCalls + transport.openStreams;
    }
    return left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }

  #connect({ url, ...options }: InteropConnectOptions = {}): InteropConnection {
    const { createSocket, wire } = this.#target;
    const transport = RpcWebSocketCallerTransport.connect(url ?? this.#target.url, {
      ...options,
      protocols: protocolsOf(wire),
      ...(createSocket === undefined ? {} : { createSocket }),
    });
    const endpoint = new RpcCallerEndpoint({ transport });
    this.#endpoints.push(endpoint);
    return {
      transport,
      endpoint,
      client: endpoint.client(TestService),
      unimplemented: endpoint.client(UnimplementedService),
      observer: endpoint.client(CallObserver),
    };
  }
}
