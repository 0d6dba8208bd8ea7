// deno-lint-ignore-file no-console
/// <reference types="./bun.d.ts" />
/**
 * A policy of one's own for a connection that breaks: reconnect for as long as it takes, later each
 * time until a connection has held for a while, and let calls that are made meanwhile wait for it. A
 * call that was under way fails, and says whether it may have run.
 *
 *     deno run --allow-net examples/09_custom_transport.ts
 *     bun examples/09_custom_transport.ts
 */
import {
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcError,
  type RpcPeerEndpoint,
  RpcWebSocketCallerTransport,
  unary,
  waitUntilOpen,
  type WebSocketLike,
} from "../mod.ts";
import { bunRpc } from "../src/adapters/bun.ts";
import { denoRpcHandler } from "../src/adapters/deno.ts";

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** A connection that is lost sooner counts like an attempt that failed. */
const HELD_MS = 5_000;

/** How long to wait before the next attempt. A server may also be there and drop whoever comes. */
class Patience {
  /** Called when an attempt found nobody. */
  onMiss: () => void = () => {};
  #pauseMs = 0;
  #connectedAt = Infinity;

  /** Tries until a socket opens, or until nobody wants it any more. */
  async connect(url: string, signal: AbortSignal): Promise<WebSocketLike> {
    while (true) {
      await this.#wait(signal);
      try {
        return await waitUntilOpen(new WebSocket(url, ["rpc-ts.v1"]), { signal });
      } catch {
        console.log("Nobody there");
        this.onMiss();
      }
    }
  }

  connected(): void {
    this.#connectedAt = performance.now();
  }

  lost(): void {
    if (performance.now() - this.#connectedAt >= HELD_MS) this.#pauseMs = 0;
    this.#connectedAt = Infinity;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(Math.max(pauseMs * 2, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
    if (pauseMs === 0) return;
    console.log(`Next attempt in ${pauseMs} ms`);
    await pause(pauseMs, signal);
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
  readonly patience: Patience;
  #loss = Promise.withResolvers<void>();

  constructor(url: string, patience: Patience = new Patience()) {
    // Calls wait as long as an attempt may take.
    super((signal) => patience.connect(url, signal), { limits: { connectTimeoutMs: 60_000 } });
    this.patience = patience;
  }

  /** Settles when the connection is lost the next time. */
  get loss(): Promise<void> {
    return this.#loss.promise;
  }

  protected override connectionReady(): void {
    console.log("Connected");
    this.patience.connected();
  }

  protected override connectionLost(): void {
    console.log("Connection lost");
    this.patience.lost();
    this.#loss.resolve();
    this.#loss = Promise.withResolvers();
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

/** Serves, or drops everybody as soon as they have come where it is told of that. */
function listen(port: number, onDrop?: () => void): { port: number; stop: () => Promise<void> } {
  const place = { port, hostname: "127.0.0.1" };
  const onConnection = async (endpoint: RpcPeerEndpoint): Promise<void> => {
    onDrop?.();
    if (onDrop !== undefined) await endpoint.close();
  };
  const options = { contracts: [greeter], onConnection };
  if ("Bun" in globalThis) {
    const rpc = bunRpc(options);
    const server = Bun.serve({ ...place, ...rpc });
    const stop = (): Promise<void> => rpc.server.stop().then(() => server.stop());
    return { port: server.port, stop };
  }
  const handler = denoRpcHandler(options);
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
  transport.loss,
  server.stop(),
]);

// A server that is there and drops whoever comes must not be called on again at once.
const drops: number[] = [];
await new Promise<void>((resolve) => {
  server = listen(port, () => {
    if (drops.push(performance.now()) === 2) resolve();
  });
});
const [first = 0, second = 0] = drops;
console.log(`Dropped twice, with a pause between: ${second - first > 90}`);
await Promise.all([transport.loss, server.stop()]);

console.log(`While nobody is there: ${transport.health().message}`);
const waiting = client.greet("meanwhile");
transport.patience.onMiss = () => {
  transport.patience.onMiss = () => {};
  server = listen(port);
};
console.log(await waiting);

await caller.close();
await server.stop();
console.log("Stopped");
