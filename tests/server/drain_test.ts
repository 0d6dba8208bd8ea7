import { systemClock } from "../../src/internal/clock.ts";
import { Drain } from "../../src/server/drain.ts";
import { ServerConnection } from "../../src/server/server_connection.ts";
import { createService } from "../support/adapter_service.ts";
import { assertEquals } from "../support/assert.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { createLog } from "../support/log.ts";
import { createMemoryClient } from "../support/server_socket.ts";
import { test } from "../support/test.ts";

function createConnection() {
  const client = createMemoryClient();
  const probe = createService();
  const { logger } = createLog();
  const connection = new ServerConnection(client.far, {}, {
    serving: { contracts: [probe.contract], logger },
    transport: { clock: systemClock, logger },
    onEnded: () => {},
    onGone: () => {},
  });
  return { client, connection, probe };
}

function watch(drain: Drain): { isDone: boolean } {
  const seen = { isDone: false };
  void drain.done.then(() => void (seen.isDone = true));
  return seen;
}

test("Drain is over at once when nothing runs", async () => {
  const clock = new FakeClock();
  await new Drain([], { clock, timeoutMs: 1000 }).done;
  const { connection } = createConnection();
  await settle();
  await new Drain([connection], { clock, timeoutMs: 1000 }).done;
  assertEquals(clock.pending, 0);
  await connection.endpoint.close();
});

test("Drain is over when calls have ended and their answers have left", async () => {
  const clock = new FakeClock();
  const { client, connection, probe } = createConnection();
  const call = client.service.wait(null);
  await probe.entered.promise;
  const seen = watch(new Drain([connection], { clock, timeoutMs: 1000 }));
  await clock.advance(900);
  assertEquals(seen.isDone, false);
  probe.gate.resolve("done");
  assertEquals(await call, "done");
  await clock.advance(10);
  assertEquals([seen.isDone, clock.pending], [true, 0]);
  await connection.endpoint.close();
});

test("Drain is over when its time is, or when it is hurried", async () => {
  for (const isHurried of [false, true]) {
    const clock = new FakeClock();
    const { client, connection, probe } = createConnection();
    const call = client.service.wait(null).catch((error: unknown) => error);
    await probe.entered.promise;
    const drain = new Drain([connection], { clock, timeoutMs: 1000 });
    const seen = watch(drain);
    await clock.advance(999);
    assertEquals(seen.isDone, false);
    if (isHurried) drain.hurry();
    else await clock.advance(1);
    await drain.done;
    drain.hurry();
    assertEquals(clock.pending, 0);
    await connection.endpoint.close();
    await call;
  }
});
