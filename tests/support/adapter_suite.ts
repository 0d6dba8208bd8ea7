/** What every adapter must do, over real sockets with the platform's own client. */
import { RpcPeerEndpoint } from "../../src/endpoints/peer.ts";
import type { RpcClient } from "../../src/contracts/client.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import type { RpcWebSocketConnectOptions } from "../../src/transports/websocket/caller.ts";
import type { Adapter, AdapterOptions, AdapterServer } from "./adapter_servers.ts";
import {
  createClientContract,
  createService,
  Service,
  type ServiceProbe,
} from "./adapter_service.ts";
import { callTests } from "./adapter_suite/calls.ts";
import { refusalTests } from "./adapter_suite/refusals.ts";
import { lifeTests } from "./adapter_suite/life.ts";
import { loadTests } from "./adapter_suite/load.ts";
import { runtime, skippedTest, test } from "./test.ts";

/** A client of a server of the suite. */
export interface SuiteClient extends AsyncDisposable {
  readonly endpoint: RpcPeerEndpoint;
  readonly service: RpcClient<typeof Service>;
}

/** A server with what it serves. */
export interface SuiteServer extends AsyncDisposable {
  readonly url: string;
  readonly http: AdapterServer;
  readonly probe: ServiceProbe;
  /** Connects to it, or to another address. */
  connect(options?: RpcWebSocketConnectOptions & { url?: string; name?: string }): SuiteClient;
}

/** Starts a server with the service of the suite. */
export type StartServer = (options?: Omit<AdapterOptions, "contracts">) => SuiteServer;

/** One test of the suite. */
export type SuiteTest = readonly [name: string, body: (start: StartServer) => Promise<void>];

/** Registers the suite for an adapter; where its runtime is not at hand, as skipped. */
export function adapterSuite(adapter: Adapter): void {
  for (const [name, body] of [...callTests, ...refusalTests, ...lifeTests, ...loadTests]) {
    const title = `${adapter.name} ${name}`;
    if (adapter.runtime !== runtime) skippedTest(title, `needs ${adapter.runtime}`);
    else test(title, () => body((options = {}) => startServer(adapter, options)));
  }
}

function startServer(adapter: Adapter, options: Omit<AdapterOptions, "contracts">): SuiteServer {
  const probe = createService();
  const http = adapter.serve({ ...options, contracts: [probe.contract] });
  return {
    url: http.url,
    http,
    probe,
    connect: (given) => connectClient(http.url, given),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

function connectClient(
  url: string,
  options: RpcWebSocketConnectOptions & { url?: string; name?: string } = {},
): SuiteClient {
  const transport = RpcWebSocketCallerTransport.connect(options.url ?? url, options);
  const endpoint = new RpcPeerEndpoint({
    transport,
    contracts: [createClientContract(options.name ?? "client")],
  });
  endpoint.start();
  return {
    endpoint,
    service: endpoint.client(Service),
    [Symbol.asyncDispose]: () => endpoint.close(),
  };
}
