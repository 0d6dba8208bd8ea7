/** Messages that are large, many, or not read. */
import type { SuiteClient, SuiteTest } from "../adapter_suite.ts";
import { assert, assertEquals } from "../assert.ts";

const MIB = 1024 * 1024;

function createBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  // A few marks are enough to notice that something was moved.
  for (let index = 0; index < length; index += 4093) bytes[index] = index % 251;
  return bytes;
}

async function assertEchoes({ service }: SuiteClient, length: number): Promise<void> {
  const sent = createBytes(length);
  const received = await service.echo(sent);
  assertEquals(received.length, length);
  for (let index = 0; index < length; index += 4093) {
    if (received[index] !== sent[index]) throw new Error(`Byte ${index} has changed`);
  }
}

export const loadTests: readonly SuiteTest[] = [
  ["carries messages of 3 MiB both ways", async (start) => {
    await using server = start();
    await using client = server.connect();
    await client.service.add({ a: 1, b: 1 });
    await Promise.all([assertEchoes(client, 3 * MIB), assertEchoes(client, 3 * MIB + 1)]);
  }],

  ["carries messages of 20 MiB when limits are raised", async (start) => {
    const limits = { maxMessageBytes: 32 * MIB };
    await using server = start({ limits });
    await using client = server.connect({ limits });
    await client.service.add({ a: 1, b: 1 });
    await assertEchoes(client, 20 * MIB);
  }],

  ["takes what was written before the connection stood", async (start) => {
    await using server = start();
    await using client = server.connect();
    const calls = Array.from({ length: 60 }, () => assertEchoes(client, 60_000));
    await Promise.all(calls);
  }],

  ["stops a stream that is not read, and loses nothing of it", async (start) => {
    await using server = start();
    await using client = server.connect();
    const items = 400;
    const reader = client.service.flood({ items, bytes: 64 * 1024 })[Symbol.asyncIterator]();
    let count = 0;
    for (; count < 10; count++) assertEquals((await reader.next()).value?.[0], count);
    // A round trip is time enough for what the window lets through.
    for (let trip = 0; trip < 20; trip++) await client.endpoint.ping();
    assert(server.probe.made < 100, `${server.probe.made} items were made for 10 that were read`);
    for (let item = await reader.next(); item.done !== true; item = await reader.next()) {
      assertEquals(item.value[0], count % 256);
      count++;
    }
    assertEquals(count, items);
  }],

  ["serves many connections at once", async (start) => {
    await using server = start();
    const clients = Array.from({ length: 50 }, () => server.connect());
    const sums = await Promise.all(
      clients.map(({ service }, index) => service.add({ a: index, b: 1 })),
    );
    assertEquals(sums, clients.map((_, index) => index + 1));
    assertEquals(server.http.server.connections, 50);
    await Promise.all(clients.map(({ endpoint }) => endpoint.close()));
  }],
];
