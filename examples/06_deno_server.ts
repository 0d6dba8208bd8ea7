// deno-lint-ignore-file no-console
/**
 * Serves a contract with `Deno.serve`, beside plain pages, behind a check of who connects. Stops
 * without losing a call: what runs may end, and new calls are refused.
 *
 *     deno run --allow-net examples/06_deno_server.ts          serves until Ctrl-C
 *     deno run --allow-net examples/06_deno_server.ts --once   calls itself once and ends
 */
import {
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcError,
  RpcStatus,
  RpcWebSocketCallerTransport,
  unary,
} from "../mod.ts";
import { denoRpcHandler } from "../src/adapters/deno.ts";

const Greeter = defineContract("Greeter", { greet: unary<{ name: string }, string>() });

const greeter = implement(Greeter, {
  greet: ({ name }, { peer }) => `Hello ${name}, you are ${peer.auth} on ${peer.protocol}`,
});

const handler = denoRpcHandler({
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

const isOnce = Deno.args.includes("--once");
const server = Deno.serve({
  port: isOnce ? 0 : 8080,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`Serving on http://127.0.0.1:${port}`),
}, handler);

async function stop(): Promise<void> {
  await handler.server.stop({ drainTimeoutMs: 10_000 });
  await server.shutdown();
  console.log("Stopped");
}

if (isOnce) {
  const url = `ws://127.0.0.1:${server.addr.port}/rpc?token=secret-1`;
  await using caller = new RpcCallerEndpoint({
    transport: RpcWebSocketCallerTransport.connect(url),
  });
  console.log(await caller.client(Greeter).greet({ name: "Deno" }));
  await stop();
} else {
  Deno.addSignalListener("SIGINT", () => void stop().then(() => Deno.exit()));
}
