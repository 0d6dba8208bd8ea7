/**
 * What whole calls of each shape cost on the pair in memory: endpoints, routing, queues and credit,
 * without codec and socket.
 *
 * The baseline is the handler, called directly.
 */
import {
  bidirectional,
  clientStream,
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcCallerEndpoint,
  RpcResponderEndpoint,
  serverStream,
  unary,
} from "../mod.ts";
import { type BenchMessage, countItems, MESSAGE } from "./compare/message.ts";

const ITEMS = 1000;
const AT_ONCE = 64;

async function* produce(count: number): AsyncGenerator<BenchMessage> {
  for (let index = 0; index < count; index++) yield MESSAGE;
}

async function* echoAll(items: AsyncIterable<BenchMessage>): AsyncGenerator<BenchMessage> {
  for await (const item of items) yield item;
}

const Bench = defineContract("Bench", {
  echo: unary<BenchMessage, BenchMessage>(),
  down: serverStream<number, BenchMessage>(),
  up: clientStream<BenchMessage, number>(),
  both: bidirectional<BenchMessage, BenchMessage>(),
});

const [near, far] = createMemoryTransportPair();
const responder = new RpcResponderEndpoint({
  transport: far,
  contracts: [
    implement(Bench, {
      echo: (message) => message,
      down: (count) => produce(count),
      up: (items) => countItems(items),
      both: (items) => echoAll(items),
    }),
  ],
});
responder.start();
const client = new RpcCallerEndpoint({ transport: near }).client(Bench);

function echoDirectly(message: BenchMessage): Promise<BenchMessage> {
  return Promise.resolve(message);
}

Deno.bench({
  name: "handler",
  group: "unary call",
  baseline: true,
  fn: async () => {
    await echoDirectly(MESSAGE);
  },
});
Deno.bench({
  name: "call",
  group: "unary call",
  fn: async () => {
    await client.echo(MESSAGE);
  },
});
Deno.bench({
  name: "call with a header and a deadline",
  group: "unary call",
  fn: async () => {
    await client.echo(MESSAGE, { metadata: { "x-trace-id": "0af76519" }, timeoutMs: 5000 });
  },
});

const group = `${AT_ONCE} unary calls at once`;
Deno.bench({
  name: "handler",
  group,
  baseline: true,
  fn: async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, () => echoDirectly(MESSAGE)));
  },
});
Deno.bench({
  name: "call",
  group,
  fn: async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, () => client.echo(MESSAGE)));
  },
});

for (
  const [shape, direct, call] of [
    ["server stream", () => countItems(produce(ITEMS)), () => countItems(client.down(ITEMS))],
    ["client stream", () => countItems(produce(ITEMS)), () => client.up(produce(ITEMS))],
    [
      "bidirectional",
      () => countItems(echoAll(produce(ITEMS))),
      () => countItems(client.both(produce(ITEMS))),
    ],
  ] as const
) {
  const streamGroup = `${shape} of ${ITEMS} items`;
  Deno.bench({
    name: "generators",
    group: streamGroup,
    baseline: true,
    fn: async () => {
      await direct();
    },
  });
  Deno.bench({
    name: "call",
    group: streamGroup,
    fn: async () => {
      await call();
    },
  });
}
