/** Sockets that hold messages back until the network has acknowledged what went before. */
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { RpcWebSocketResponderTransport } from "../../src/transports/websocket/responder.ts";
import { assert } from "../support/assert.ts";
import { Box, serveEach } from "../support/box.ts";
import { serveSockets } from "../support/serve_sockets.ts";
import { runtime, skippedTest, test } from "../support/test.ts";
import { measureLatency } from "../faults/latency.ts";
import { printFigures } from "../faults/figures.ts";

/** What stalls: more than 1 KiB, less than 64 KiB. */
const REQUEST_BYTES = 8 * 1024;
const CALLS = 20;
/** Below this there is no stall to avoid. */
const STALL_MS = 30;

/** The median time of a message there and a short answer back, without this library. */
async function measureRaw(): Promise<number> {
  const server = serveSockets((socket) => {
    socket.addEventListener("message", () => socket.send(new Uint8Array(1)));
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}`, "rpc-ts.v1");
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const request = new Uint8Array(REQUEST_BYTES);
  const echo = (): Promise<unknown> =>
    new Promise((resolve) => {
      socket.addEventListener("message", resolve, { once: true });
      socket.send(request);
    });
  const { median } = await measureLatency(echo, (calls) => calls === CALLS);
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  socket.close();
  await closed;
  await server.close();
  return median;
}

/** The same for calls, after the first few, and how many WebSocket messages each of them was. */
async function measureCalls(): Promise<{ median: number; batchesPerCall: number }> {
  const responders: RpcResponderEndpoint[] = [];
  const server = serveSockets((socket) => {
    const transport = new RpcWebSocketResponderTransport(socket);
    const responder = new RpcResponderEndpoint({ transport, contracts: [serveEach(() => 1)] });
    responder.start();
    responders.push(responder);
  });
  const transport = RpcWebSocketCallerTransport.connect(`ws://127.0.0.1:${server.port}`);
  const caller = new RpcCallerEndpoint({ transport });
  const client = caller.client(Box);
  const request = "x".repeat(REQUEST_BYTES);
  const call = (): Promise<unknown> => client.one(request);
  const batches = (): number => Number(transport.health().details["batchesSent"]);
  for (let count = 0; count < 5; count++) await call();
  const before = batches();
  const { median } = await measureLatency(call, (calls) => calls === CALLS);
  const batchesPerCall = (batches() - before) / CALLS;
  await caller.close();
  for (const responder of responders) await responder.close();
  await server.close();
  return { median, batchesPerCall };
}

const NAME = "a socket that stalls on messages of 8 KiB does not hold calls of 8 KiB up";

if (runtime === "deno") {
  test(NAME, async () => {
    const raw = await measureRaw();
    const { median, batchesPerCall } = await measureCalls();
    printFigures(NAME, { "ms raw": raw, "ms call": median, "batches a call": batchesPerCall });
    if (raw < STALL_MS) {
      return printFigures(`${NAME}: not looked at, the socket does not stall`, {});
    }
    // Each is cut into nine pieces, but for one that is a trial.
    assert(batchesPerCall > 8, `a call was ${batchesPerCall} batches`);
    assert(median <= raw / 2, `a call took ${median} ms, a message of a bare socket ${raw} ms`);
  });
} else skippedTest(NAME, "only the clients of Deno stall");
