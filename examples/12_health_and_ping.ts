// deno-lint-ignore-file no-console
/**
 * How is the connection? The health of an endpoint is cheap to ask for, a ping tells whether the
 * program at the other end answers, and a connection that was lost can be replaced.
 *
 *     deno run examples/12_health_and_ping.ts
 *     bun examples/12_health_and_ping.ts
 */
import {
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcError,
  RpcResponderEndpoint,
  unary,
} from "../mod.ts";

const Clock = defineContract("Clock", {
  wait: unary<{ ms: number }, string>(),
});
const clock = implement(Clock, {
  wait: ({ ms }, { signal }) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve("done"), ms);
      // Nobody waits any more: neither do we.
      signal.addEventListener("abort", () => clearTimeout(timer));
    }),
});

// A line with 20 ms each way.
const [near, far] = createMemoryTransportPair({ latencyMs: 20 });
await using responder = new RpcResponderEndpoint({ transport: far, contracts: [clock] });
responder.start();
await using caller = new RpcCallerEndpoint({ transport: near });

function show(): void {
  const { status, dependencies, isHealthy } = caller.health();
  console.log(
    `Healthy: ${isHealthy}; ${status.message}; transport ${dependencies.transport?.level}`,
  );
}

const { roundTripMs } = await caller.ping({ timeoutMs: 5000 });
console.log("Round trip of 40 ms or more:", roundTripMs >= 39);
show();

// The network breaks while a call is under way.
const answer = caller.client(Clock).wait({ ms: 60_000 }).catch((error: unknown) => error);
await caller.ping();
near.disconnect();
const error = await answer;
if (error instanceof RpcError) {
  console.log(`Lost: ${error.message}; may have run: ${error.maybeExecuted}`);
}
show();

await caller.reconnect();
show();
console.log("Call:", await caller.client(Clock).wait({ ms: 1 }));
