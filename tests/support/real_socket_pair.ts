import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { FarEnds } from "./fake_socket_pair.ts";
import { startRelay } from "./relay.ts";
import { serveSockets } from "./serve_sockets.ts";
import { runtime } from "./test.ts";
import type { TransportMaker } from "./transport_pair.ts";

/** Pairs of WebSocket transports over sockets of the runtime, through a relay that can be cut. */
export const realSocketMaker: TransportMaker = {
  name: `WebSocket transports over sockets of ${runtime}`,
  hasSizes: true,
  async create({ limits = {}, logger, compression } = {}) {
    const both = { limits, ...(compression === undefined ? {} : { compression }) };
    const ends = new FarEnds();
    const server = serveSockets((socket) => {
      ends.add(new RpcWebSocketResponderTransport(socket, both));
    });
    const relay = await startRelay(server.port);
    const near = RpcWebSocketCallerTransport.connect(`ws://127.0.0.1:${relay.port}`, {
      ...both,
      ...(logger === undefined ? {} : { logger }),
    });
    return {
      near,
      far: (nth) => ends.get(nth),
      lose: () => relay.cut(),
      async dispose() {
        await ends.close();
        await relay.close();
        await server.close();
      },
    };
  },
};
