/** oRPC: its handlers for WebSockets, streams as event iterators. */
import {
  type BenchItem,
  type BenchMessage,
  countItems,
  type ItemRequest,
  MESSAGE,
  produceItems,
} from "../message.ts";
import type { BenchSystem } from "../system.ts";
import { type BunServer, serveOnBun, serveOnDeno } from "./listen.ts";
import { connectSocket } from "./socket.ts";

interface Given<T> {
  readonly input: T;
}

interface Server {
  readonly os: { handler<T>(handler: (given: Given<T>) => unknown): unknown };
}

interface SocketHandlers {
  readonly RPCHandler: new (router: object) => {
    upgrade(socket: WebSocket, options?: object): void;
    message(socket: object, data: unknown, options?: object): Promise<void>;
    close(socket: object): void;
  };
}

interface Client {
  createORPCClient(link: object): {
    echo(message: BenchMessage): Promise<BenchMessage>;
    down(request: ItemRequest): Promise<AsyncIterable<BenchItem>>;
    up(items: AsyncIterable<BenchItem>): Promise<number>;
    both(items: AsyncIterable<BenchItem>): Promise<AsyncIterable<BenchItem>>;
  };
}

interface Link {
  readonly RPCLink: new (options: { readonly websocket: WebSocket }) => object;
}

function createRouter({ os }: Server): object {
  return {
    echo: os.handler(({ input }: Given<BenchMessage>) => input),
    down: os.handler(({ input }: Given<ItemRequest>) => produceItems(input)),
    up: os.handler(({ input }: Given<AsyncIterable<BenchItem>>) => countItems(input)),
    both: os.handler(async function* ({ input }: Given<AsyncIterable<BenchItem>>) {
      for await (const item of input) yield item;
    }),
  };
}

/** oRPC. */
export const orpc: BenchSystem = {
  async serve({ runtime, load }) {
    // What the packages export at their pinned version.
    const router = createRouter(await load("@orpc/server") as Server);
    if (runtime === "deno") {
      // As above.
      const { RPCHandler } = await load("@orpc/server/websocket") as SocketHandlers;
      const handler = new RPCHandler(router);
      return serveOnDeno((request) => {
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.binaryType = "arraybuffer";
        handler.upgrade(socket, { context: {} });
        return response;
      });
    }
    // As above.
    const { RPCHandler } = await load("@orpc/server/bun-ws") as SocketHandlers;
    const handler = new RPCHandler(router);
    return serveOnBun({
      fetch: (request: Request, server: BunServer) => void server.upgrade(request),
      websocket: {
        message: (socket: object, data: unknown) => handler.message(socket, data, { context: {} }),
        close: (socket: object) => handler.close(socket),
      },
    });
  },
  async connect(url, { load }) {
    // As above.
    const { createORPCClient } = await load("@orpc/client") as Client;
    // As above.
    const { RPCLink } = await load("@orpc/client/websocket") as Link;
    const websocket = await connectSocket(url);
    const client = createORPCClient(new RPCLink({ websocket }));
    await client.echo(MESSAGE);
    return {
      echo: (message) => client.echo(message),
      down: async (request) => countItems(await client.down(request)),
      up: (request) => client.up(produceItems(request)),
      both: async (request) => countItems(await client.both(produceItems(request))),
      close: () => websocket.close(),
    };
  },
};
