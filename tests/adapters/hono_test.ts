import { Hono } from "hono";
import { honoRpc, websocket } from "../../src/adapters/hono.ts";
import { ADAPTERS, serveHonoBesideItsOwn } from "../support/adapter_servers.ts";
import { adapterSuite } from "../support/adapter_suite.ts";
import { createService, Service } from "../support/adapter_service.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { runtime, skippedTest, test } from "../support/test.ts";
import { upgradeRequest } from "../support/upgrade_request.ts";

for (const adapter of ADAPTERS) {
  if (adapter.name.startsWith("honoRpc()")) adapterSuite(adapter);
}

test("honoRpc() rejects wrong contracts, origins and times at once", () => {
  const { contract } = createService();
  const contracts = [contract];
  assertThrows(() => honoRpc({ contracts: [contract, contract] }), TypeError, "twice");
  const origins = { contracts, allowedOrigins: ["example.com"] };
  assertThrows(() => honoRpc(origins), TypeError, "Cannot allow origin");
  assertThrows(() => honoRpc({ contracts, idleTimeoutMs: -1 }), RangeError, "idleTimeoutMs");
});

test("honoRpc() goes on to the next handler only when told", async () => {
  const closed = honoRpc({ contracts: [] });
  const open = honoRpc({ contracts: [], passOn: true });
  const app = new Hono()
    .get("/closed", closed, (context) => context.text("page"))
    .get("/open", open, (context) => context.text("page"));
  assertEquals((await app.request("/closed")).status, 426);
  assertEquals(await (await app.request("/open")).text(), "page");
  await Promise.all([closed.server.close(), open.server.close()]);
});

test("honoRpc() is a handler for any method of an app, and a middleware", async () => {
  const rpc = honoRpc({ contracts: [] });
  const app = new Hono<{ Bindings: { server: unknown }; Variables: { user: string } }>()
    .all("/all", rpc)
    .on(["GET"], "/on", rpc)
    .use("/use", rpc);
  for (const path of ["/all", "/on", "/use"]) {
    assertEquals((await app.request(path)).status, 426, path);
  }
  await rpc.server.close();
});

const MISSING = "honoRpc() says what is missing where no platform can upgrade";
if (runtime === "deno") skippedTest(MISSING, "Deno upgrades without a server");
else {
  test(MISSING, async () => {
    const rpc = honoRpc({ contracts: [] });
    const errors: string[] = [];
    const app = new Hono().get("/rpc", rpc).onError((error, context) => {
      errors.push(error.message);
      return context.text("broken", 500);
    });
    assertEquals((await app.request(upgradeRequest())).status, 500);
    const words = "Cannot upgrade: found no server, pass it as second argument of fetch";
    assertEquals([errors, rpc.server.connections], [[words], 0]);
    await rpc.server.close();
  });
}

test("websocket has the default limits", () => {
  assertEquals(websocket.backpressureLimit, 33 * 1024 * 1024);
});

const BESIDE = "createBunWebSocket() serves beside Hono's own sockets on one server";
if (runtime !== "bun") skippedTest(BESIDE, "needs bun");
else {
  test(BESIDE, async () => {
    const { contract } = createService();
    await using server = await serveHonoBesideItsOwn({ contracts: [contract] });
    const transport = RpcWebSocketCallerTransport.connect(server.url);
    await using caller = new RpcCallerEndpoint({ transport });
    const own = new WebSocket(server.url.replace("/rpc", "/echo"));
    const echoed = await new Promise((resolve) => {
      own.onopen = () => own.send("hello");
      own.onmessage = ({ data }) => resolve(data);
    });
    assertEquals(echoed, "echo: hello");
    const closed = new Promise((resolve) => void (own.onclose = resolve));
    own.close();
    await closed;
    assertEquals(await caller.client(Service).add({ a: 1, b: 2 }), 3);
    assert(caller.health().isHealthy, "the connection is not healthy");
  });
}
