/** Peers that mean no good: what they do costs them their own connection, and nobody else anything. */
import process from "node:process";
import { RpcPeerEndpoint } from "../../src/endpoints/peer.ts";
import { RpcWebSocketServer } from "../../src/server/web_socket_server.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Random } from "../support/random.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { runtime, test } from "../support/test.ts";
import { until } from "../support/until.ts";
import {
  lieInFrames,
  lieInRequest,
  lieOverSocket,
  lieToClient,
  lieToServer,
  Neighbour,
  readGreedily,
} from "./hostile_peers.ts";
import { CLIENT_LIES, SERVER_LIES } from "./lies.ts";
import { lieAsHandshakes, lieAsServer } from "./lying_server.ts";
import {
  cutIntoShards,
  describeSeed,
  FUZZ_SEED,
  HOSTILE_CONNECTIONS,
  type Shard,
} from "./settings.ts";
import { createTarget, Target } from "./target.ts";
import { Victim } from "./victim_process.ts";

const MIB = 2 ** 20;
/** Attacks in one test. */
const MOST_CONNECTIONS = 1000;
/** Liars at the same time. */
const CROWD = 12;
/** Memory of a server under attack beyond what it took before. */
const MAX_GROWTH_BYTES = 700 * MIB;
/** The same when the liars have gone and the garbage with them. */
const MAX_LEFT_BYTES = 64 * MIB;

type Attack = (random: Random, index: number) => Promise<void>;

/** Runs one attack; its chance is its own, whatever ran before. A failure says how to see it again. */
async function attackOnce(index: number, salt: number, body: Attack): Promise<void> {
  try {
    await body(new Random(FUZZ_SEED + salt + index * 104_729), index);
  } catch (cause) {
    throw new Error(`Attack ${index} succeeded (${describeSeed(FUZZ_SEED)})`, { cause });
  }
}

/** Which attacks. */
type Range = Pick<Shard, "first" | "count">;

/** Runs attacks one after the other. */
async function attack({ first, count }: Range, salt: number, body: Attack): Promise<void> {
  for (let index = first; index < first + count; index++) await attackOnce(index, salt, body);
}

/** Runs attacks, many at a time. */
async function attackInCrowd({ first, count }: Range, salt: number, body: Attack): Promise<void> {
  let next = first;
  await Promise.all(Array.from({ length: CROWD }, async () => {
    while (next < first + count) await attackOnce(next++, salt, body);
  }));
}

/** Notes what nobody handles while `body` runs, and fails when there is anything. */
async function withNothingUnhandled(body: () => Promise<void>): Promise<void> {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  try {
    await body();
  } finally {
    process.off("unhandledRejection", note);
  }
  assertEquals(unhandled, []);
}

test("the list of lies has each one once, and each is told in a run of this size", () => {
  for (const lies of [CLIENT_LIES, SERVER_LIES]) {
    assertEquals(new Set(lies.map(({ name }) => name)).size, lies.length);
    assert(HOSTILE_CONNECTIONS >= lies.length, `${lies.length} lies`);
  }
});

async function attackServerInMemory({ first, count }: Range): Promise<void> {
  const clock = new FakeClock();
  const probe = createTarget();
  const server = new RpcWebSocketServer({ contracts: [probe.contract], clock });
  await server.start();
  const [near, far] = FakeSocket.pair();
  const transport = new RpcWebSocketCallerTransport(near);
  const neighbour = new RpcPeerEndpoint({ transport });
  neighbour.start();
  server.accept(far);
  near.open();
  far.open();
  const { echo } = neighbour.client(Target);
  await attack({ first, count }, 1, async (random, index) => {
    await lieToServer(server, { random, index });
    assertEquals(await echo(new Uint8Array([index & 0xff])), new Uint8Array([index & 0xff]));
    assertEquals(server.connections, 1);
  });
  await until(() => probe.running === 0);
  await neighbour.close();
  await server.close();
  assertEquals([server.connections, clock.pending, probe.running], [0, 0, 0]);
}

async function attackClientInMemory(shard: Range): Promise<void> {
  const probe = createTarget();
  await attack(shard, 2, (random, index) => lieToClient({ random, index, probe }));
  await until(() => probe.running === 0);
}

async function attackClient(shard: Range): Promise<void> {
  const probe = createTarget();
  await using liars = lieAsServer();
  await attackInCrowd(shard, 3, (random, index) => liars.attack({ random, index, probe }));
  await until(() => probe.running === 0);
}

async function attackClientInHandshake(shard: Range): Promise<void> {
  await using liars = await lieAsHandshakes();
  await attackInCrowd(shard, 4, (random) => liars.attack(random));
}

/** Attacks a server in a program of its own, and looks what is left of it. */
async function attackVictim(shard: Range, salt: number, body: VictimAttack): Promise<void> {
  await using victim = await Victim.start(runtime);
  const neighbour = new Neighbour(victim.url);
  await until(() => neighbour.served > 20);
  const before = await victim.reportClean();
  let mostBytes = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      mostBytes = Math.max(mostBytes, (await victim.report()).rssBytes);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  const { served } = neighbour;
  try {
    await attackInCrowd(shard, salt, (random, index) => body(victim.url, random, index));
  } finally {
    isOver = true;
    await watching;
  }
  assert(neighbour.served > served, "the neighbour was not served");
  const after = await victim.until((report) =>
    report.connections === 1 && report.runningHandlers <= 1 && report.openStreams <= 1
  );
  assert(neighbour.served > served + 20, `the neighbour was served ${neighbour.served} times`);
  await neighbour.end();
  const left = await victim.until(({ connections }) => connections === 0);
  assertEquals(
    [left.activeCalls, left.openStreams, left.endpointHandlers, left.runningHandlers],
    [0, 0, 0, 0],
  );
  assertEquals(after.unhandled, []);
  assert(
    mostBytes - before.rssBytes < MAX_GROWTH_BYTES,
    `${Math.round((mostBytes - before.rssBytes) / MIB)} MiB were taken`,
  );
  const clean = await victim.reportClean();
  const leftBytes = clean.heapBytes - before.heapBytes;
  assert(leftBytes < MAX_LEFT_BYTES, `${Math.round(leftBytes / MIB)} MiB are left`);
  // One warning a connection and a few of the server's own.
  assert(clean.records <= shard.count * 2 + 10, `${clean.records} records`);
}

type VictimAttack = (url: string, random: Random, index: number) => Promise<void>;

const messages: VictimAttack = (url, random, index) => lieOverSocket(url, { random, index });

for (const { label, ...shard } of cutIntoShards(HOSTILE_CONNECTIONS, MOST_CONNECTIONS)) {
  const clients = `${shard.count} clients`;
  const servers = `${shard.count} servers`;

  test(`a server in memory survives ${clients} that lie${label}`, () =>
    withNothingUnhandled(() => attackServerInMemory(shard)));

  test(`a client in memory survives ${servers} that lie${label}`, () =>
    withNothingUnhandled(() => attackClientInMemory(shard)));

  test(`a client over real sockets survives ${servers} that lie${label}`, () =>
    withNothingUnhandled(() => attackClient(shard)));

  test(`a client survives ${servers} whose handshake is a lie${label}`, () =>
    withNothingUnhandled(() => attackClientInHandshake(shard)));

  test(`a server on ${runtime} survives ${clients} that lie in well-formed messages${label}`, () =>
    attackVictim(shard, 5, messages));

  test(`a server on ${runtime} survives ${clients} that lie in frames of WebSocket${label}`, () =>
    attackVictim(shard, 6, lieInFrames));

  test(`a server on ${runtime} survives ${clients} that lie in their handshake${label}`, () =>
    attackVictim(shard, 7, lieInRequest));
}

test(`a server on ${runtime} serves others while one reads a stream without end`, async () => {
  await using victim = await Victim.start(runtime);
  await using neighbour = new Neighbour(victim.url);
  await until(() => neighbour.served > 20);
  const { served } = neighbour;
  const greedy = readGreedily(victim.url, 3000);
  await new Promise((resolve) => setTimeout(resolve, 2900));
  const meanwhile = neighbour.served - served;
  assert(await greedy > MIB, "nothing was read");
  assert(meanwhile > 20, `the neighbour was served ${meanwhile} times`);
  await victim.until(({ runningHandlers }) => runningHandlers <= 1);
});
