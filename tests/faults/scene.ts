/** A server program, a proxy in front of it, and a client in this process. */
import process from "node:process";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import type { RpcClient } from "../../src/contracts/client.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { FaultProxy, type FaultProxyOptions } from "../support/proxy.ts";
import { Faults } from "./contract.ts";
import { type ServerKind, ServerProgram } from "./remote.ts";

/** Whether the tests run at full size, which takes minutes: `deno task faults`. */
export const IS_FULL: boolean = process.env["RPC_FAULTS"] === "full";

/** Settings of a {@linkcode Scene}. */
export interface SceneOptions extends FaultProxyOptions {
  /** Of the client. */
  readonly client?: Partial<RpcLimits>;
  /** Of the server. */
  readonly server?: Partial<RpcLimits>;
}

/** Everything that a test needs; disposing of it ends all of it. */
export class Scene implements AsyncDisposable {
  readonly server: ServerProgram;
  readonly proxy: FaultProxy;
  readonly #options: SceneOptions;
  readonly #endpoints: RpcCallerEndpoint[] = [];

  private constructor(server: ServerProgram, proxy: FaultProxy, options: SceneOptions) {
    this.server = server;
    this.proxy = proxy;
    this.#options = options;
  }

  /** Starts the server and the proxy. */
  static async open(kind: ServerKind, options: SceneOptions = {}): Promise<Scene> {
    const server = await ServerProgram.start(kind, options.server);
    return new Scene(server, await FaultProxy.start(server.url, options), options);
  }

  /** Connects to the server, through the proxy unless told otherwise. */
  connect(url: string = this.proxy.url): RpcCallerEndpoint {
    const { client: limits = {} } = this.#options;
    const transport = RpcWebSocketCallerTransport.connect(url, { limits });
    const endpoint = new RpcCallerEndpoint({ transport });
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  /** Connects, for the calls alone. */
  client(url?: string): RpcClient<typeof Faults> {
    return this.connect(url).client(Faults);
  }

  /** Ends the client, then the proxy, then the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    // A proxy that stalls would make the close of a socket wait for its time-out.
    this.proxy.resume();
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
