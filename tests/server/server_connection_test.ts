import { ServerConnection } from "../../src/server/server_connection.ts";
import type { RpcServingOptions } from "../../src/server/server_options.ts";
import { createService } from "../support/adapter_service.ts";
import { assertEquals } from "../support/assert.ts";
import { settle } from "../support/fake_clock.ts";
import { createLog, messagesOf } from "../support/log.ts";
import { createMemoryClient } from "../support/server_socket.ts";
import { test } from "../support/test.ts";

function createConnection(hooks: Partial<RpcServingOptions> = {}) {
  const client = createMemoryClient();
  const { logger, records } = createLog();
  const ended: ServerConnection[] = [];
  const connection = new ServerConnection({ socket: client.far, auth: "u-1" }, {
    serving: { contracts: [createService().contract], ...hooks },
    logger,
    onEnded: (one) => ended.push(one),
  });
  return { client, connection, records, ended };
}

test("ServerConnection serves its socket until the peer closes, and ends once", async () => {
  const { client, connection, ended } = createConnection();
  assertEquals(await client.service.add({ a: 1, b: 2 }), 3);
  assertEquals([connection.isIdle, connection.endpoint.transport.peer.auth], [true, "u-1"]);
  await client.endpoint.close();
  await settle();
  await connection.endpoint.close();
  assertEquals([ended.length, ended[0] === connection], [1, true]);
  assertEquals(connection.endpoint.isClosed, true);
  assertEquals(client.far.listeners, 1);
});

test("ServerConnection is not idle while a stream is open", async () => {
  const { client, connection } = createConnection();
  const reader = client.service.flood({ items: 10, bytes: 1 })[Symbol.asyncIterator]();
  await reader.next();
  assertEquals(connection.isIdle, false);
  await reader.return?.();
  await settle();
  assertEquals(connection.isIdle, true);
  await connection.endpoint.close();
});

test("ServerConnection closes when its hook fails, and logs it", async () => {
  for (const isAsync of [false, true]) {
    const { client, ended, records } = createConnection({
      onConnection: () => {
        if (!isAsync) throw new Error("Broken");
        return Promise.reject(new Error("Broken"));
      },
    });
    await settle();
    await settle();
    assertEquals([ended.length, client.far.readyState], [1, 3]);
    assertEquals(messagesOf(records, "error"), ["Hook onConnection failed"]);
  }
});
