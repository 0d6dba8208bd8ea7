/** A server without a network, for tests of the service and of the cases themselves. */
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import type { RpcResponderContract } from "../../src/endpoints/responder_contract.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import type { InteropTarget } from "./context.ts";

/** Serves contracts on sockets in memory. */
export class InProcessServer implements AsyncDisposable {
  /** Where the cases find it. */
  readonly target: InteropTarget;
  readonly #endpoints: RpcResponderEndpoint[] = [];

  constructor(contracts: readonly RpcResponderContract[]) {
    this.target = {
      url: "ws://in-process.test/rpc",
      wire: "native",
      createSocket: () => this.#accept(contracts),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }

  #accept(contracts: readonly RpcResponderContract[]): FakeSocket {
    const [near, far] = FakeSocket.pair();
    const transport = new RpcWebSocketResponderTransport(far);
    const endpoint = new RpcResponderEndpoint({ transport, contracts });
    endpoint.start();
    this.#endpoints.push(endpoint);
    // A turn later, as sockets do: whoever asked for it has its listeners on it by then.
    setTimeout(() => {
      near.open();
      far.open();
    });
    return near;
  }
}
