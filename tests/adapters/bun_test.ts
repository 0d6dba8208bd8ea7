import { bunRpc } from "../../src/adapters/bun.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { createService } from "../support/adapter_service.ts";
import { ADAPTERS } from "../support/adapter_servers.ts";
import { adapterSuite } from "../support/adapter_suite.ts";
import { test } from "../support/test.ts";

for (const adapter of ADAPTERS) {
  if (adapter.name === "bunRpc()") adapterSuite(adapter);
}

test("bunRpc() rejects wrong contracts, paths, origins and times at once", () => {
  const { contract } = createService();
  const contracts = [contract];
  assertThrows(() => bunRpc({ contracts: [contract, contract] }), TypeError, "twice");
  assertThrows(() => bunRpc({ contracts, path: "rpc" }), TypeError, "Cannot serve path");
  const origins = { contracts, allowedOrigins: ["example.com"] };
  assertThrows(() => bunRpc(origins), TypeError, "Cannot allow origin");
  assertThrows(() => bunRpc({ contracts, idleTimeoutMs: -1 }), RangeError, "idleTimeoutMs");
});

test("bunRpc() gives Bun the limits that it was given", async () => {
  const rpc = bunRpc({ contracts: [], limits: { maxQueuedBytes: 1000 }, idleTimeoutMs: 5000 });
  assertEquals([rpc.websocket.backpressureLimit, rpc.websocket.idleTimeout], [
    2000 + 1024 * 1024,
    5,
  ]);
  await rpc.server.close();
});

test("bunRpc() lets its fallback answer, or upgrade for another library", async () => {
  const seen: unknown[] = [];
  const rpc = bunRpc({
    contracts: [],
    path: "/rpc",
    fallback: (request, server) => {
      server.upgrade(request, { data: "theirs" });
      return undefined;
    },
    otherWebSocket: { open: (socket) => void seen.push(socket) },
  });
  const server = { upgrade: () => true, requestIP: () => null };
  assertEquals(await rpc.fetch(new Request("http://a.com/other"), server), undefined);
  const raw = {
    data: "theirs",
    readyState: 1,
    send: () => 1,
    close: () => {},
    getBufferedAmount: () => 0,
  };
  rpc.websocket.open(raw);
  assertEquals(seen, [raw]);
  await rpc.server.close();
});
