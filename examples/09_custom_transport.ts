// deno-lint-ignore-file no-console
/// <reference types="./bun.d.ts" />
/**
 * A policy of one's own for a connection that breaks: reconnect at once and for as long as it takes,
 * a little later each time, and let calls that are made meanwhile wait for it. A call that was under
 * way fails, and says whether it may have run.
 *
 *     deno run --allow-net examples/09_custom_transport.ts
 *     bun examples/09_custom_transport.ts
 */
import {
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcError,
  RpcWebSocketCallerTransport,
  unary,
  waitUntilOpen,
  type WebSocketLike,
} from "../mod.ts";
import { bunRpc } from "../src/adapters/bun.ts";
import { denoRpcHandler } from "../src/adapters/deno.ts";

/** Tries until a socket opens, or until nobody wants it any more. */
async function connectPatiently(url: string, signal: AbortSignal): Promise<WebSocketLike> {
  for (let delayMs = 50;; delayMs = Math.min(delayMs * 2, 5_000)) {
    try {
      return await waitUntilOpen(new WebSocket(url, ["rpc-ts.v1"]), { signal });
    } catch {
      console.log(`Nobody there, next attempt in ${delayMs} ms`);
    }
    await pause(delayMs, signal);
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, delayMs);
    signal.addEventListener("abort", stop);
  });
}

/** The policy: three hooks of the base class, and a function that makes sockets. */
class PatientTransport extends RpcWebSocketCallerTransport {
  readonly firstLoss = Promise.withResolvers<void>();

  constructor(url: string) {
    // Calls wait as long as an attempt may take.
    super((signal) => connectPatiently(url, signal), { limits: { connectTimeoutMs: 60_000 } });
  }

  protected override connectionReady(): void {
    console.log("Connected");
  }

  protected override connectionLost(): void {
    console.log("Connection lost");
    this.firstLoss.resolve();
    void this.reconnect();
  }

  protected override reconnectFailed(): void {
    void this.reconnect();
  }
}

// The side that serves, and goes away for a while.
const Greeter = defineContract("Greeter", {
  greet: unary<string, string>(),
  think: unary<null, string>(),
});
const thinking = Promise.withResolvers<void>();
const greeter = implement(Greeter, {
  greet: (name) => `Hello ${name}`,
  think: () => {
    thinking.resolve();
    return new Promise<string>(() => {});
  },
});

function listen(port: number): { port: number; stop: () => Promise<void> } {
  const place = { port, hostname: "127.0.0.1" };
  if ("Bun" in globalThis) {
    const rpc = bunRpc({ contracts: [greeter] });
    const server = Bun.serve({ ...place, ...rpc });
    const stop = (): Promise<void> => rpc.server.stop().then(() => server.stop());
    return { port: server.port, stop };
  }
  const handler = denoRpcHandler({ contracts: [greeter] });
  const server = Deno.serve({ ...place, onListen: () => {} }, handler);
  const stop = (): Promise<void> => handler.server.stop().then(() => server.shutdown());
  return { port: server.addr.port, stop };
}

let server = listen(0);
const { port } = server;

// The side that calls.
const transport = new PatientTransport(`ws://127.0.0.1:${port}/`);
const caller = new RpcCallerEndpoint({ transport });
const client = caller.client(Greeter);
console.log(await client.greet("before"));

const running = client.think(null);
await thinking.promise;
await Promise.all([
  running.catch((error: unknown) => {
    if (!(error instanceof RpcError)) throw error;
    console.log(`Call under way failed; may have run: ${error.maybeExecuted}`);
  }),
  transport.firstLoss.promise,
  server.stop(),
]);

console.log(`While nobody is there: ${transport.health().message}`);
const waiting = client.greet("meanwhile");
setTimeout(() => {
  server = listen(port);
}, 200);
console.log(await waiting);

await caller.close();
await server.stop();
console.log("Stopped");
