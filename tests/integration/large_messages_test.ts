/** More large messages at once than there is room for: they wait for each other, and none fails. */
import { rawCodec } from "../../src/codecs/raw.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { type EndpointPair, type Links, testOn } from "../support/endpoint_pair.ts";
import { Random } from "../support/random.ts";

const KIB = 1024;
const MAX = 1024 * KIB;
const LARGE = MAX - 1000;
/** Windows of a connection. */
const WINDOWS = [16 * MAX] as const;

/** What makes a message of so many bytes. */
function sizeOf(bytes: number): Uint8Array {
  return new Uint8Array(new Uint32Array([bytes]).buffer);
}

function readSize(size: Uint8Array): number {
  return new DataView(size.buffer, size.byteOffset).getUint32(0, true);
}

const Bulk = defineContract("Bulk", {
  down: unary<Uint8Array, Uint8Array>(),
  up: clientStream<Uint8Array, Uint8Array>(),
  items: serverStream<Uint8Array, Uint8Array>(),
  mirror: bidirectional<Uint8Array, Uint8Array>(),
}, { codec: rawCodec() });

const bulk = implement(Bulk, {
  down: (size) => new Uint8Array(readSize(size)),
  async up(items) {
    let bytes = 0;
    for await (const item of items) bytes += item.length;
    return sizeOf(bytes);
  },
  async *items(size) {
    for (;;) yield new Uint8Array(readSize(size));
  },
  async *mirror(items) {
    for await (const item of items) yield item.slice();
  },
});

function connect({ connect }: Links, connectionWindowBytes = 16 * MAX): Promise<EndpointPair> {
  return connect({ limits: { maxMessageBytes: MAX, connectionWindowBytes }, contracts: [bulk] });
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

for (const window of WINDOWS) {
  const how = `at once all arrive through ${window / KIB} KiB`;

  testOn("native wire", `40 large responses ${how}`, async (links) => {
    const client = (await connect(links, window)).caller.client(Bulk);
    const found = await Promise.all(times(40, () => client.down(sizeOf(LARGE))));
    assertEquals(found.map(({ length }) => length), times(40, () => LARGE));
  });

  testOn("native wire", `40 large messages of client streams ${how}`, async (links) => {
    const client = (await connect(links, window)).caller.client(Bulk);
    const message = new Uint8Array(LARGE);
    const calls = times(40, () => client.up([message, message]));
    assertEquals((await Promise.all(calls)).map(readSize), times(40, () => 2 * LARGE));
  });

  testOn("native wire", `large messages both ways on 40 streams ${how}`, async (links) => {
    const client = (await connect(links, window)).caller.client(Bulk);
    const message = new Uint8Array(LARGE);
    const found = await Promise.all(times(40, async () => {
      let bytes = 0;
      for await (const item of client.mirror([message, message])) bytes += item.length;
      return bytes;
    }));
    assertEquals(found, times(40, () => 2 * LARGE));
  });
}

testOn(
  "native wire",
  "a large response waits for unread ones, and comes when one is read",
  async (links) => {
    const pair = await connect(links);
    const client = pair.caller.client(Bulk);
    const paused = times(17, () => client.items(sizeOf(MAX))[Symbol.asyncIterator]());
    await pair.settle();
    let found: number | undefined;
    const call = client.down(sizeOf(LARGE)).then(({ length }) => found = length);
    await pair.settle();
    assertEquals(found, undefined, "there is a place, and nothing to wait for");
    // What is small does not wait.
    assertEquals((await client.down(sizeOf(60 * KIB))).length, 60 * KIB);
    assertEquals(readSize(await client.up([new Uint8Array(300 * KIB)])), 300 * KIB);
    const [first, ...others] = paused;
    assert(first !== undefined);
    assertEquals((await first.next()).value?.length, MAX);
    assertEquals(await call, LARGE);
    for (const items of others) assertEquals((await items.next()).value?.length, MAX);
    for (const items of paused) await items.return?.();
  },
);

/** Calls with large messages, most of which are given up some time. */
async function runByChance(pair: EndpointPair, random: Random): Promise<string[]> {
  const client = pair.caller.client(Bulk);
  const message = new Uint8Array(LARGE);
  const failures: string[] = [];
  const calls: Promise<unknown>[] = [];
  for (let count = 0; count < 60; count++) {
    const controller = new AbortController();
    const { signal } = controller;
    const size = sizeOf(random.below(MAX));
    const call = random.below(2) === 0
      ? client.down(size, { signal })
      : client.up([message.subarray(random.below(MAX)), message], { signal });
    calls.push(call.catch((error: unknown) => signal.aborted || failures.push(String(error))));
    for (let turns = random.below(40); turns > 0; turns--) await Promise.resolve();
    if (random.below(3) > 0) queueMicrotask(() => controller.abort());
  }
  await Promise.all(calls);
  return failures;
}

testOn(
  "native wire",
  "calls that are given up within large messages take no place along",
  async (links) => {
    for (let seed = 1; seed <= 5; seed++) {
      const pair = await connect(links);
      assertEquals(await runByChance(pair, new Random(seed)), [], `seed ${seed}`);
      await pair.assertIdle();
      const client = pair.caller.client(Bulk);
      const found = await Promise.all(times(24, () => client.down(sizeOf(LARGE))));
      assertEquals(found.length, 24, `seed ${seed}`);
    }
  },
);
