// deno-lint-ignore-file no-console
/**
 * Serves the fault tests on 127.0.0.1 until it is stopped.
 *
 *     deno run -A tests/faults/server.ts --adapter deno|hono [--limits JSON]
 *     bun tests/faults/server.ts --adapter bun|hono [--limits JSON]
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { Hono } from "hono";
import { bunRpc } from "../../src/adapters/bun.ts";
import { denoRpcHandler } from "../../src/adapters/deno.ts";
import { createBunWebSocket, honoRpc } from "../../src/adapters/hono.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import type { RpcWebSocketServer } from "../../src/server/web_socket_server.ts";
import { serveAsks } from "./asks.ts";
import type { ServerState } from "./contract.ts";
import { measureMemory } from "./memory.ts";
import { rawBunHandler, serveRawDeno } from "./raw_server.ts";
import { FaultService } from "./service.ts";

const PATH = "/rpc";
const LISTENING = { hostname: "127.0.0.1", port: 0 };

/** The part of Bun that is used here. */
interface BunServe {
  serve(options: Readonly<Record<string, unknown>>): { readonly port: number };
}

function serveOnDeno(handler: Deno.ServeHandler<Deno.NetAddr>): number {
  return Deno.serve({ ...LISTENING, onListen() {} }, handler).addr.port;
}

function serveOnBun(options: Readonly<Record<string, unknown>>): number {
  const { Bun } = globalThis as unknown as { readonly Bun: BunServe };
  return Bun.serve({ ...LISTENING, ...options }).port;
}

/** Listens with an adapter; answers its port. */
function listen(
  adapter: string,
  options: { contracts: [FaultService["contract"]]; limits: Partial<RpcLimits> },
): { port: number; server: RpcWebSocketServer } {
  if (adapter === "deno") {
    const handler = denoRpcHandler({ ...options, path: PATH, fallback: serveRawDeno });
    return { port: serveOnDeno(handler), server: handler.server };
  }
  if (adapter === "bun") {
    const { fallback, websocket } = rawBunHandler;
    const rpc = bunRpc({ ...options, path: PATH, fallback, otherWebSocket: websocket });
    return { port: serveOnBun({ ...rpc }), server: rpc.server };
  }
  const rpc = honoRpc(options);
  const { fetch } = new Hono().get(PATH, rpc);
  const port = "Deno" in globalThis
    ? serveOnDeno(fetch)
    : serveOnBun({ fetch, websocket: createBunWebSocket({ limits: options.limits }) });
  return { port, server: rpc.server };
}

function readState(service: FaultService, server: RpcWebSocketServer): ServerState {
  const endpoints = [...server.endpoints];
  return {
    calls: service.calls,
    running: service.running,
    handlers: endpoints.reduce((sum, { runningHandlers }) => sum + runningHandlers, 0),
    connections: server.connections,
    streams: endpoints.reduce((sum, { transport }) => sum + transport.openStreams, 0),
  };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      adapter: { type: "string", default: "deno" },
      limits: { type: "string", default: "{}" },
    },
  });
  const service = new FaultService();
  const limits: Partial<RpcLimits> = JSON.parse(values.limits);
  const { port, server } = listen(values.adapter, { contracts: [service.contract], limits });
  serveAsks({
    state: () => readState(service, server),
    memory: measureMemory,
    release: (name: string) => service.release(name),
  });
  console.log(`listening ws://${LISTENING.hostname}:${port}${PATH}`);
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
