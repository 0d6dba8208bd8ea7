import { RpcUpgrader, type RpcUpgraderOptions } from "../../src/server/upgrader.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { createService } from "../support/adapter_service.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { settle } from "../support/fake_clock.ts";
import { createLog, messagesOf } from "../support/log.ts";
import { createMemoryClient } from "../support/server_socket.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";
import { upgradeRequest } from "../support/upgrade_request.ts";

function createUpgrader(options: Partial<RpcUpgraderOptions> = {}) {
  const log = createLog();
  const { contract } = createService();
  return {
    ...log,
    upgrader: new RpcUpgrader({ contracts: [contract], logger: log.logger, ...options }),
  };
}

async function statusOf(answer: unknown): Promise<number> {
  const response = await answer;
  assert(response instanceof Response, "was admitted");
  return response.status;
}

test("RpcUpgrader.admit() gives an upgrade whose socket is served", async () => {
  const { upgrader } = createUpgrader({ authorize: () => "u-1" });
  const upgrade = await upgrader.admit(upgradeRequest(), { address: "192.0.2.1:5" });
  assert(!(upgrade instanceof Response), "was refused");
  assertEquals([upgrade.answerProtocol, upgrader.server.connections], ["rpc-ts.v1", 1]);
  const client = createMemoryClient();
  upgrade.accept(client.far);
  const peer = await client.service.meet(null);
  assertEquals([peer.auth, peer.address, peer.protocol], ["u-1", "192.0.2.1:5", "rpc-ts.v1"]);
  await client.endpoint.close();
  await settle();
  assertEquals(upgrader.server.connections, 0);
  await upgrader.server.close();
});

test("RpcUpgrader.admit() decides at once where there is no hook", async () => {
  const { upgrader } = createUpgrader();
  const upgrade = upgrader.admit(upgradeRequest());
  assert(!(upgrade instanceof Promise) && !(upgrade instanceof Response), "did not decide");
  upgrade.abandon();
  assertEquals(upgrader.server.connections, 0);
  await upgrader.server.close();
});

test("RpcUpgrader.admit() holds a place while the hook is asked, and no longer", async () => {
  const { upgrader } = createUpgrader({
    maxConnections: 1,
    authorize: () => asked.promise,
  });
  const asked = createDeferred<unknown>();
  const first = upgrader.admit(upgradeRequest());
  assertEquals(upgrader.server.connections, 1);
  assertEquals(await statusOf(upgrader.admit(upgradeRequest())), 503);
  asked.reject(new Error("Broken"));
  assertEquals(await statusOf(first), 500);
  assertEquals(upgrader.server.connections, 0);
  await upgrader.server.close();
});

test("RpcUpgrader.admit() gives no place to what is refused, however full it is", async () => {
  const { upgrader, records } = createUpgrader({ maxConnections: 1 });
  const held = upgrader.admit(upgradeRequest());
  assertEquals(await statusOf(upgrader.admit(new Request("http://a.com/"))), 426);
  assertEquals(messagesOf(records, "warn"), []);
  if (!(held instanceof Response || held instanceof Promise)) held.abandon();
  const evil = upgradeRequest({ origin: "https://evil.com" });
  assertEquals(await statusOf(upgrader.admit(evil)), 403);
  assertEquals(upgrader.server.connections, 0);
  await upgrader.server.close();
});

test("RpcUpgrader.admit() refuses while the server is stopped, even after the hook", async () => {
  const asked = createDeferred<unknown>();
  const { upgrader } = createUpgrader({ authorize: () => asked.promise });
  const pending = upgrader.admit(upgradeRequest());
  await upgrader.server.stop();
  assertEquals(await statusOf(upgrader.admit(upgradeRequest())), 503);
  asked.resolve("u-1");
  assertEquals(await statusOf(pending), 503);
  assertEquals(upgrader.server.connections, 0);
});

test("RpcUpgrade.accept() logs a socket that cannot be served, and closes it", async () => {
  for (const thrown of [new Error("Broken"), Object.create(null)]) {
    const { upgrader, records } = createUpgrader();
    const upgrade = upgrader.admit(upgradeRequest());
    assert(!(upgrade instanceof Promise) && !(upgrade instanceof Response), "did not decide");
    const socket = new FakeSocket();
    socket.addEventListener = () => {
      throw thrown;
    };
    upgrade.accept(socket);
    assertEquals([upgrader.server.connections, socket.readyState >= 2], [0, true]);
    assertEquals(messagesOf(records, "error"), ["Connection could not be served"]);
    await upgrader.server.close();
  }
});
