/// <reference types="../bun.d.ts" />
import { Hono } from "hono";
import { honoRpc, websocket } from "../../src/adapters/hono.ts";
import { type ChatServer, type ChatServerOptions, DRAIN_MS, HOSTNAME, RPC_PATH } from "./server.ts";

/** Serves the chat as a route of a Hono app, on Deno and on Bun. */
export function startHonoServer({ port, contracts, page }: ChatServerOptions): ChatServer {
  const rpc = honoRpc({ contracts });
  const app = new Hono().get(RPC_PATH, rpc).get("*", ({ req }) => page(req.raw));
  const http = "Bun" in globalThis ? listenOnBun(app, port) : listenOnDeno(app, port);
  return {
    runtime: `Hono on ${"Bun" in globalThis ? "Bun" : "Deno"}`,
    port: http.port,
    async stop(): Promise<void> {
      await rpc.server.stop({ drainTimeoutMs: DRAIN_MS });
      await http.stop();
    },
  };
}

/** What listens, on either runtime. */
interface HttpServer {
  readonly port: number;
  stop(): Promise<void>;
}

function listenOnBun(app: Hono, port: number): HttpServer {
  const server = Bun.serve({ port, hostname: HOSTNAME, fetch: app.fetch, websocket });
  return { port: server.port, stop: () => server.stop() };
}

function listenOnDeno(app: Hono, port: number): HttpServer {
  const server = Deno.serve({ port, hostname: HOSTNAME, onListen: () => {} }, app.fetch);
  return { port: server.addr.port, stop: () => server.shutdown() };
}
