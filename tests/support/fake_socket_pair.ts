import { createDeferred, type Deferred } from "../../src/internal/deferred.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { FakeSocket } from "./socket_pair.ts";
import type { TransportMaker } from "./transport_pair.ts";

/** The far ends of connections, as they come. */
export class FarEnds {
  readonly #ends: Deferred<RpcWebSocketResponderTransport>[] = [];
  #count = 0;

  /** The far end of the n-th connection, counted from 1; waits for it. */
  get(nth: number): Promise<RpcWebSocketResponderTransport> {
    while (this.#ends.length < nth) this.#ends.push(createDeferred());
    const end = this.#ends[nth - 1];
    if (end === undefined) throw new RangeError("there is no such connection");
    return end.promise;
  }

  /** Adds the far end of a new connection. */
  add(end: RpcWebSocketResponderTransport): void {
    this.#count++;
    void this.get(this.#count);
    this.#ends[this.#count - 1]?.resolve(end);
  }

  /** Closes all that came. */
  async close(): Promise<void> {
    for (const end of this.#ends.slice(0, this.#count)) await (await end.promise).close();
  }
}

/** Pairs of WebSocket transports over sockets in memory. */
export const fakeSocketMaker: TransportMaker = {
  name: "WebSocket transports over sockets in memory",
  hasSizes: true,
  create({ limits = {}, logger, compression } = {}) {
    const both = { limits, ...(compression === undefined ? {} : { compression }) };
    const ends = new FarEnds();
    let sockets: FakeSocket[] = [];
    const near = new RpcWebSocketCallerTransport(() => {
      const [socket, other] = FakeSocket.pair();
      sockets = [socket, other];
      ends.add(new RpcWebSocketResponderTransport(other, both));
      queueMicrotask(() => {
        if (socket.readyState !== 0) return;
        socket.open();
        other.open();
      });
      return socket;
    }, { ...both, ...(logger === undefined ? {} : { logger }) });
    return Promise.resolve({
      near,
      far: (nth) => ends.get(nth),
      lose: () => sockets.forEach((socket) => socket.lose()),
      dispose: () => ends.close(),
    });
  },
};
