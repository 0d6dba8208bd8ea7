import { systemClock } from "../../src/internal/clock.ts";
import { ServerConnection } from "../../src/server/server_connection.ts";
import type { RpcServingOptions } from "../../src/server/server_options.ts";
import { createService } from "../support/adapter_service.ts";
import { assertEquals } from "../support/assert.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { createLog, messagesOf } from "../support/log.ts";
import { createMemoryClient } from "../support/server_socket.ts";
import { ODD_VALUES } from "../support/odd_values.ts";
import { test } from "../support/test.ts";

function createConnection(hooks: Partial<RpcServingOptions> = {}) {
  const client = createMemoryClient();
  const { logger, records } = createLog();
  const ended: ServerConnection[] = [];
  const gone: ServerConnection[] = [];
  const { clock = systemClock } = hooks;
  const connection = new ServerConnection(client.far, { auth: "u-1" }, {
    serving: { contracts: [createService().contract], ...hooks, logger },
    transport: { clock, logger },
    onEnded: (one) => ended.push(one),
    onGone: (one) => gone.push(one),
  });
  return { client, connection, records, ended, gone };
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
  const reader = client.service.flood({ items: 10_000, bytes: 1 })[Symbol.asyncIterator]();
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

test("ServerConnection closes whatever its hook throws", async () => {
  for (const [name, value] of ODD_VALUES) {
    const { ended, records } = createConnection({ onConnection: () => Promise.reject(value) });
    await settle();
    await settle();
    assertEquals(ended.length, 1, name);
    assertEquals(messagesOf(records, "error"), ["Hook onConnection failed"], name);
  }
});

test("ServerConnection waits for the close of a socket whose peer does not answer, bounded", async () => {
  for (const isAnswered of [true, false]) {
    const clock = new FakeClock();
    const { client, ended, gone, records } = createConnection({ clock });
    await settle();
    client.far.close = () => {};
    // What ends the connection on this side: a batch that is no frames.
    client.near.send(new Uint8Array([0]));
    await settle();
    await clock.advance(9_999);
    assertEquals([ended.length, gone.length], [1, 0]);
    if (isAnswered) client.far.lose();
    else await clock.advance(1);
    await settle();
    assertEquals([ended.length, gone.length, clock.pending], [1, 1, 0]);
    const told = messagesOf(records, "warn").filter((text) => text.includes("answer a close"));
    assertEquals(told.length, isAnswered ? 0 : 1);
    await client.endpoint.close();
  }
});

test("ServerConnection.giveUp() waits for a socket no longer, once", async () => {
  const clock = new FakeClock();
  const { client, connection, gone } = createConnection({ clock });
  await settle();
  client.far.close = () => {};
  client.near.send(new Uint8Array([0]));
  await settle();
  await clock.advance(3000);
  connection.giveUp();
  connection.giveUp();
  assertEquals([gone.length, clock.pending], [1, 0]);
  client.far.lose();
  await settle();
  assertEquals(gone.length, 1);
  await client.endpoint.close();
});
