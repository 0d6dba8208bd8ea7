// deno-lint-ignore-file no-console
/// <reference types="./bun.d.ts" />
/**
 * Serves a contract on a route of a Hono app, on Deno and on Bun.
 *
 *     deno run --allow-net examples/08_hono.ts          serves until Ctrl-C
 *     bun examples/08_hono.ts --once                    calls itself once and ends
 */
import { Hono } from "hono";
import process from "node:process";
import {
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcWebSocketCallerTransport,
  unary,
} from "../mod.ts";
import { honoRpc, websocket } from "../src/adapters/hono.ts";

const Greeter = defineContract("Greeter", { greet: unary<{ name: string }, string>() });
const greeter = implement(Greeter, { greet: ({ name }) => `Hello ${name}` });

const rpc = honoRpc({ contracts: [greeter] });
const app = new Hono()
  .get("/rpc", rpc)
  .get("/", (context) => context.text("Calls come in at /rpc\n"));

// On Bun the server takes the events of its sockets from one object, on Deno there is nothing to do.
const isOnce = process.argv.includes("--once");
const place = { port: isOnce ? 0 : 8080, hostname: "127.0.0.1" };

function listen(): { port: number; stop: () => Promise<void> } {
  if ("Bun" in globalThis) {
    const server = Bun.serve({ ...place, fetch: app.fetch, websocket });
    return { port: server.port, stop: () => server.stop() };
  }
  const server = Deno.serve({ ...place, onListen: () => {} }, app.fetch);
  return { port: server.addr.port, stop: () => server.shutdown() };
}

const server = listen();
console.log(`Serving on http://127.0.0.1:${server.port}`);

async function stop(): Promise<void> {
  await rpc.server.stop({ drainTimeoutMs: 10_000 });
  await server.stop();
  console.log("Stopped");
}

if (isOnce) {
  const transport = RpcWebSocketCallerTransport.connect(`ws://127.0.0.1:${server.port}/rpc`);
  await using caller = new RpcCallerEndpoint({ transport });
  console.log(await caller.client(Greeter).greet({ name: "Hono" }));
  await stop();
} else {
  process.once("SIGINT", () => void stop().then(() => process.exit()));
}
