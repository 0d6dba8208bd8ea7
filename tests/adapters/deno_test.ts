import { denoRpcHandler } from "../../src/adapters/deno.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { createService } from "../support/adapter_service.ts";
import { ADAPTERS } from "../support/adapter_servers.ts";
import { adapterSuite } from "../support/adapter_suite.ts";
import { test } from "../support/test.ts";

for (const adapter of ADAPTERS) {
  if (adapter.name === "denoRpcHandler()") adapterSuite(adapter);
}

test("denoRpcHandler() rejects wrong contracts, paths, origins and times at once", () => {
  const { contract } = createService();
  const contracts = [contract];
  const twice = { contracts: [contract, contract] };
  assertThrows(() => denoRpcHandler(twice), TypeError, "twice");
  assertThrows(() => denoRpcHandler({ contracts, path: "rpc" }), TypeError, "Cannot serve path");
  const origins = { contracts, allowedOrigins: ["example.com"] };
  assertThrows(() => denoRpcHandler(origins), TypeError, "Cannot allow origin");
  assertThrows(() => denoRpcHandler({ contracts, idleTimeoutMs: -1 }), RangeError, "idleTimeoutMs");
});

test("denoRpcHandler() answers what is for no connection without a server", async () => {
  const info = { remoteAddr: { transport: "tcp" } };
  const handler = denoRpcHandler({ contracts: [], path: "/rpc" });
  assertEquals((await handler(new Request("http://a.com/rpc"), info)).status, 426);
  assertEquals((await handler(new Request("http://a.com/"), info)).status, 404);
  await handler.server.close();
});
