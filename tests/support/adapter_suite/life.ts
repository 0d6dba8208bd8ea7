/** Stopping, draining, starting again, losing connections, hooks that fail. */
import { RpcStatus } from "../../../src/protocol/status.ts";
import type { SuiteTest } from "../adapter_suite.ts";
import { assert, assertEquals, assertStatus } from "../assert.ts";
import { createBreakableProxy, HANDSHAKE, rawRequest, sendBehindHandshake } from "../raw_http.ts";
import { until } from "../until.ts";

export const lifeTests: readonly SuiteTest[] = [
  ["ends calls in flight when it stops at once", async (start) => {
    await using server = start();
    await using client = server.connect();
    const call = client.service.wait(null);
    await server.probe.entered.promise;
    const ended = assertStatus(call, RpcStatus.UNAVAILABLE);
    await server.http.server.stop();
    await ended;
    await server.probe.aborted.promise;
    assertEquals(server.http.server.connections, 0);
    assertEquals((await rawRequest(server.url, HANDSHAKE)).status, 503);
  }],

  ["lets calls in flight end when it drains, and takes no new ones", async (start) => {
    await using server = start();
    await using client = server.connect();
    const call = client.service.wait(null);
    await server.probe.entered.promise;
    const stopped = server.http.server.stop({ drainTimeoutMs: 60_000 });
    assertEquals((await rawRequest(server.url, HANDSHAKE)).status, 503);
    const refused = await assertStatus(
      client.service.add({ a: 1, b: 1 }),
      RpcStatus.UNAVAILABLE,
    );
    assertEquals(refused.maybeExecuted, false);
    server.probe.gate.resolve("in the end");
    assertEquals(await call, "in the end");
    await stopped;
    assertEquals([server.http.server.connections, server.http.server.isRunning], [0, false]);
  }],

  ["ends a drain when its time is over", async (start) => {
    await using server = start();
    await using client = server.connect();
    const call = client.service.wait(null);
    await server.probe.entered.promise;
    const ended = assertStatus(call, RpcStatus.UNAVAILABLE);
    await server.http.server.stop({ drainTimeoutMs: 30 });
    await ended;
    assertEquals(server.http.server.connections, 0);
  }],

  ["drains what a stream still has to send", async (start) => {
    await using server = start();
    await using client = server.connect();
    const stream = client.service.flood({ items: 64, bytes: 64 * 1024 });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    const stopped = server.http.server.stop({ drainTimeoutMs: 60_000 });
    let items = 1;
    while ((await reader.next()).done !== true) items++;
    assertEquals(items, 64);
    await stopped;
  }],

  ["serves again after it was stopped", async (start) => {
    await using server = start();
    for (let round = 0; round < 3; round++) {
      await using client = server.connect();
      assertEquals(await client.service.add({ a: round, b: 1 }), round + 1);
      await server.http.server.stop({ drainTimeoutMs: 1000 });
      await server.http.server.start();
    }
    assertEquals(server.http.server.health().level, "healthy");
  }],

  ["ends everything of a connection that breaks", async (start) => {
    const losses: unknown[] = [];
    await using server = start({ onConnectionClosed: (_endpoint, loss) => losses.push(loss?.by) });
    const proxy = await createBreakableProxy(server.url);
    await using client = server.connect({ url: proxy.url });
    const flood = client.service.flood({ items: 100_000, bytes: 1024 })[Symbol.asyncIterator]();
    await flood.next();
    const call = client.service.wait(null);
    await server.probe.entered.promise;
    const [endpoint] = server.http.server.endpoints;
    assert(endpoint !== undefined, "there is no endpoint");
    const ended = Promise.all([
      assertStatus(call, RpcStatus.UNAVAILABLE),
      assertStatus(drainReader(flood), RpcStatus.UNAVAILABLE),
    ]);
    proxy.cut();
    await ended;
    await server.probe.aborted.promise;
    await until(() => server.http.server.connections === 0 && endpoint.runningHandlers === 0);
    assertEquals([endpoint.transport.openStreams, endpoint.activeCalls], [0, 0]);
    assertEquals(losses, ["network"]);
    await proxy.close();
  }],

  ["counts a connection that the server closes itself as gone", async (start) => {
    const closed: unknown[] = [];
    await using server = start({ onConnectionClosed: (_endpoint, loss) => closed.push(loss) });
    await using client = server.connect();
    await client.service.add({ a: 1, b: 1 });
    for (const endpoint of server.http.server.endpoints) await endpoint.close();
    await until(() => server.http.server.connections === 0);
    assertEquals(closed, [undefined]);
  }],

  ["loses one connection to a hook that throws", async (start) => {
    let connections = 0;
    await using server = start({
      onConnection() {
        if (++connections === 1) throw new Error("Broken hook");
        return connections === 2 ? Promise.reject(new Error("Broken promise")) : undefined;
      },
    });
    for (let round = 0; round < 2; round++) {
      await using unlucky = server.connect();
      await assertStatus(unlucky.service.wait(null), RpcStatus.UNAVAILABLE);
    }
    await using lucky = server.connect();
    assertEquals(await lucky.service.add({ a: 1, b: 2 }), 3);
  }],

  ["survives clients that send nonsense, and serves the others meanwhile", async (start) => {
    await using server = start();
    await using client = server.connect();
    let seed = 12345;
    const next = (): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) >>> 16;
    for (let round = 0; round < 40; round++) {
      const payload = Uint8Array.from({ length: 1 + next() % 100 }, () => next() % 256);
      // Every other one is a proper frame, masked with zeroes, around the nonsense.
      const frame = [0x82, 0x80 | payload.length, 0, 0, 0, 0, ...payload];
      const bytes = round % 2 === 0 ? payload : Uint8Array.from(frame);
      await sendBehindHandshake(server.url, bytes);
      assertEquals(await client.service.add({ a: round, b: 1 }), round + 1);
    }
    await until(() => server.http.server.connections === 1);
  }],
];

async function drainReader(reader: AsyncIterator<unknown>): Promise<void> {
  while ((await reader.next()).done !== true);
}
