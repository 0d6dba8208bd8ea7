import { denoRpcHandler } from "../../src/adapters/deno.ts";
import { type ChatServer, type ChatServerOptions, DRAIN_MS, HOSTNAME, RPC_PATH } from "./server.ts";

/** Serves the chat on Deno's own server. */
export function startDenoServer({ port, contracts, page }: ChatServerOptions): ChatServer {
  const handler = denoRpcHandler({ contracts, path: RPC_PATH, fallback: page });
  const server = Deno.serve({ port, hostname: HOSTNAME, onListen: () => {} }, handler);
  return {
    runtime: `Deno ${Deno.version.deno}`,
    port: server.addr.port,
    async stop(): Promise<void> {
      await handler.server.stop({ drainTimeoutMs: DRAIN_MS });
      await server.shutdown();
    },
  };
}
