// deno-lint-ignore-file no-console
/// <reference types="./bun.d.ts" />
/**
 * Serves a contract with `Bun.serve`, beside plain pages, behind a check of who connects. Stops
 * without losing a call: what runs may end, and new calls are refused.
 *
 *     bun examples/07_bun_server.ts          serves until Ctrl-C
 *     bun examples/07_bun_server.ts --once   calls itself once and ends
 */
import process from "node:process";
import {
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcError,
  RpcStatus,
  RpcWebSocketCallerTransport,
  unary,
} from "../mod.ts";
import { bunRpc } from "../src/adapters/bun.ts";

const Greeter = defineContract("Greeter", { greet: unary<{ name: string }, string>() });

const greeter = implement(Greeter, {
  greet: ({ name }, { peer }) => `Hello ${name}, you are ${peer.auth} on ${peer.protocol}`,
});

const rpc = bunRpc({
  contracts: [greeter],
  path: "/rpc",
  // Looked at before the upgrade; what it answers is `context.peer.auth` in every call.
  authorize(request) {
    const token = new URL(request.url).searchParams.get("token");
    if (token !== "secret-1") throw new RpcError(RpcStatus.UNAUTHENTICATED, "Unknown token");
    return "Ada";
  },
  fallback: () => new Response("Calls come in at /rpc\n"),
});

const isOnce = process.argv.includes("--once");
const server = Bun.serve({ port: isOnce ? 0 : 8080, hostname: "127.0.0.1", ...rpc });
console.log(`Serving on http://127.0.0.1:${server.port}`);

async function stop(): Promise<void> {
  await rpc.server.stop({ drainTimeoutMs: 10_000 });
  await server.stop();
  console.log("Stopped");
}

if (isOnce) {
  const url = `ws://127.0.0.1:${server.port}/rpc?token=secret-1`;
  await using caller = new RpcCallerEndpoint({
    transport: RpcWebSocketCallerTransport.connect(url),
  });
  console.log(await caller.client(Greeter).greet({ name: "Bun" }));
  await stop();
} else {
  process.once("SIGINT", () => void stop().then(() => process.exit()));
}
