/// <reference types="../bun.d.ts" />
import { bunRpc } from "../../src/adapters/bun.ts";
import { type ChatServer, type ChatServerOptions, DRAIN_MS, HOSTNAME, RPC_PATH } from "./server.ts";

/** Serves the chat on Bun's own server. */
export function startBunServer({ port, contracts, page }: ChatServerOptions): ChatServer {
  const rpc = bunRpc({ contracts, path: RPC_PATH, fallback: page });
  const server = Bun.serve({ port, hostname: HOSTNAME, ...rpc });
  return {
    runtime: `Bun ${Bun.version}`,
    port: server.port,
    async stop(): Promise<void> {
      await rpc.server.stop({ drainTimeoutMs: DRAIN_MS });
      await server.stop();
    },
  };
}
