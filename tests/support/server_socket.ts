/** Clients of a server over sockets in memory. */
import { RpcPeerEndpoint } from "../../src/endpoints/peer.ts";
import type { RpcClient } from "../../src/contracts/client.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { Service } from "./adapter_service.ts";
import { FakeSocket } from "./socket_pair.ts";

/** A socket whose peer never answers a close. */
export class DeadSocket extends FakeSocket {
  override close(): void {
    this.readyState = 2;
  }
}

/** A client, and the socket that the server is to be given. */
export interface MemoryClient {
  readonly endpoint: RpcPeerEndpoint;
  readonly service: RpcClient<typeof Service>;
  readonly near: FakeSocket;
  readonly far: FakeSocket;
  /** Opens both ends, once the server listens: nothing is kept for a listener that comes late. */
  open(): void;
}

/** Makes a client whose socket is open, or opens later. */
export function createMemoryClient(options: { isOpening?: boolean } = {}): MemoryClient {
  const [near, far] = FakeSocket.pair();
  const transport = new RpcWebSocketCallerTransport(near);
  const endpoint = new RpcPeerEndpoint({ transport });
  endpoint.start();
  const open = (): void => {
    near.open();
    far.open();
  };
  if (options.isOpening !== true) open();
  return { endpoint, service: endpoint.client(Service), near, far, open };
}
