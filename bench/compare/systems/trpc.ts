/** tRPC: its adapter for the `ws` package, as it has none for the runtimes' own sockets. */
import type { AddressInfo } from "node:net";
import { type BenchMessage, type ItemRequest, MESSAGE, produceItems } from "../message.ts";
import type { BenchSystem } from "../system.ts";

interface Given<T> {
  readonly input: T;
}

interface Procedure {
  input(parse: (value: unknown) => unknown): Procedure;
  query<T>(handler: (given: Given<T>) => unknown): unknown;
  subscription<T>(handler: (given: Given<T>) => unknown): unknown;
}

interface Server {
  readonly initTRPC: {
    create(): { readonly procedure: Procedure; router(procedures: object): object };
  };
}

interface SocketServer {
  address(): AddressInfo;
  on(event: "listening", listener: () => void): void;
}

interface Sockets {
  readonly WebSocketServer: new (
    options: { readonly port: number; readonly host: string },
  ) => SocketServer;
}

interface SocketAdapter {
  applyWSSHandler(options: { readonly wss: SocketServer; readonly router: object }): object;
}

interface SubscriptionListener {
  onData(item: unknown): void;
  onComplete(): void;
  onError(error: unknown): void;
}

interface Client {
  createWSClient(options: { readonly url: string }): { close(): unknown };
  wsLink(options: { readonly client: object }): object;
  createTRPCClient(options: { readonly links: readonly object[] }): {
    readonly echo: { query(message: BenchMessage): Promise<BenchMessage> };
    readonly down: { subscribe(request: ItemRequest, listener: SubscriptionListener): object };
  };
}

/** tRPC. */
export const trpc: BenchSystem = {
  async serve({ load }) {
    // What the packages export at their pinned version.
    const { initTRPC } = await load("@trpc/server") as Server;
    // As above.
    const { applyWSSHandler } = await load("@trpc/server/adapters/ws") as SocketAdapter;
    // As above.
    const { WebSocketServer } = await load("ws") as Sockets;
    const { procedure, router } = initTRPC.create();
    const passing = procedure.input((value) => value);
    const wss = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await new Promise<void>((resolve) => wss.on("listening", resolve));
    applyWSSHandler({
      wss,
      router: router({
        echo: passing.query(({ input }: Given<BenchMessage>) => input),
        down: passing.subscription(async function* ({ input }: Given<ItemRequest>) {
          yield* produceItems(input);
        }),
      }),
    });
    return `ws://127.0.0.1:${wss.address().port}`;
  },
  async connect(url, { load }) {
    // As above.
    const { createWSClient, wsLink, createTRPCClient } = await load("@trpc/client") as Client;
    const socket = createWSClient({ url });
    const client = createTRPCClient({ links: [wsLink({ client: socket })] });
    await client.echo.query(MESSAGE);
    return {
      echo: (message) => client.echo.query(message),
      down: (request) =>
        new Promise((resolve, reject) => {
          let count = 0;
          client.down.subscribe(request, {
            onData: () => count++,
            onComplete: () => resolve(count),
            onError: reject,
          });
        }),
      close: () => socket.close(),
    };
  },
};
