/** Real servers on 127.0.0.1, one for each adapter. */
import { Hono } from "hono";
import { bunRpc } from "../../src/adapters/bun.ts";
import { denoRpcHandler } from "../../src/adapters/deno.ts";
import type { RpcHandlerOptions } from "../../src/adapters/common/handler_options.ts";
import { createBunWebSocket, honoRpc } from "../../src/adapters/hono.ts";
import type { RpcWebSocketServer } from "../../src/server/web_socket_server.ts";

/** Settings that every adapter takes. */
export interface AdapterOptions extends RpcHandlerOptions {
  /** Answers what is for no connection. */
  readonly fallback?: (request: Request) => Response | Promise<Response>;
}

/** A server that listens; its path is `/rpc`. */
export interface AdapterServer extends AsyncDisposable {
  /** Where connections are served: `ws://127.0.0.1:1234/rpc`. */
  readonly url: string;
  /** What serves them. */
  readonly server: RpcWebSocketServer;
}

/** An adapter and the runtime that it needs. */
export interface Adapter {
  readonly name: string;
  readonly runtime: "deno" | "bun";
  serve(options: AdapterOptions): AdapterServer;
}

/** The part of Bun that is used here. */
interface BunRuntime {
  serve(options: Record<string, unknown>): { port: number; stop(force?: boolean): Promise<void> };
}

function listen(
  server: RpcWebSocketServer,
  { port, stop }: { port: number; stop: () => Promise<void> },
): AdapterServer {
  return {
    url: `ws://127.0.0.1:${port}/rpc`,
    server,
    async [Symbol.asyncDispose](): Promise<void> {
      await server.close();
      await stop();
    },
  };
}

function listenOnDeno(
  server: RpcWebSocketServer,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): AdapterServer {
  const http = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  return listen(server, { port: http.addr.port, stop: () => http.shutdown() });
}

function listenOnBun(
  server: RpcWebSocketServer,
  options: Record<string, unknown>,
): AdapterServer {
  // Only called where the runtime is Bun.
  const { Bun } = globalThis as unknown as { Bun: BunRuntime };
  const http = Bun.serve({ port: 0, hostname: "127.0.0.1", ...options });
  return listen(server, { port: http.port, stop: () => http.stop(true) });
}

function createHonoApp(
  { fallback, ...options }: AdapterOptions,
): { app: Hono; server: RpcWebSocketServer } {
  const rpc = honoRpc({ ...options, passOn: fallback !== undefined });
  const app = new Hono().get("/rpc", rpc);
  if (fallback !== undefined) app.all("*", (context) => fallback(context.req.raw));
  return { app, server: rpc.server };
}

/** Every adapter, on every runtime that it is for. */
export const ADAPTERS: readonly Adapter[] = [
  {
    name: "denoRpcHandler()",
    runtime: "deno",
    serve(options): AdapterServer {
      const handler = denoRpcHandler({ ...options, path: "/rpc" });
      return listenOnDeno(handler.server, handler);
    },
  },
  {
    name: "bunRpc()",
    runtime: "bun",
    serve(options): AdapterServer {
      const rpc = bunRpc({ ...options, path: "/rpc" });
      return listenOnBun(rpc.server, { ...rpc });
    },
  },
  {
    name: "honoRpc() on Deno",
    runtime: "deno",
    serve(options): AdapterServer {
      const { app, server } = createHonoApp(options);
      return listenOnDeno(server, app.fetch);
    },
  },
  {
    name: "honoRpc() on Bun",
    runtime: "bun",
    serve(options): AdapterServer {
      const { app, server } = createHonoApp(options);
      const { limits = {} } = options;
      const websocket = createBunWebSocket({ limits });
      return listenOnBun(server, { fetch: app.fetch, websocket });
    },
  },
];

/** A server on Bun with a route of this library and one with Hono's own sockets, `/echo`. */
export async function serveHonoBesideItsOwn(options: RpcHandlerOptions): Promise<AdapterServer> {
  // Loaded where it is needed: the module is for Bun alone.
  const { upgradeWebSocket, websocket } = await import("hono/bun");
  const rpc = honoRpc(options);
  const echo = upgradeWebSocket(() => ({
    onMessage: (event, socket) => socket.send(`echo: ${event.data}`),
  }));
  const app = new Hono().get("/rpc", rpc).get("/echo", echo);
  return listenOnBun(rpc.server, {
    fetch: app.fetch,
    websocket: createBunWebSocket({ other: websocket }),
  });
}
