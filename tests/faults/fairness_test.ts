/** Large messages and fast streams: small calls on the same socket take their turn between them. */
import type { RpcClient } from "../../src/contracts/client.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { runtime, test } from "../support/test.ts";
import type { Faults } from "./contract.ts";
import { printFigures, toMegabytes } from "./figures.ts";
import { createLarge, findLargeFault } from "./items.ts";
import { type Latency, measureLatency } from "./latency.ts";
import { nameOf, type ServerKind, SERVERS } from "./remote.ts";
import { IS_FULL, Scene } from "./scene.ts";

const MIB = 1024 * 1024;
const LARGE: Partial<RpcLimits> = { maxMessageBytes: 256 * MIB };
const ITEM_BYTES = 4096;
const LARGE_MESSAGES = IS_FULL ? 10 : 2;
/** Each way, of a line that is no longer than those within a city. */
const LINE_MS = 5;
/**
 * The most that the median small call may take, as a multiple of an idle one on such a line. On one
 * machine both programs are busy all the time, which delays calls on any socket: there it is a
 * multiple of what a call takes at the same time that has a socket of its own.
 */
const MAX_RATIO = 10;

type Client = RpcClient<typeof Faults>;

function echo(client: Client): () => Promise<unknown> {
  const bytes = new Uint8Array(16);
  return () => client.echo(bytes);
}

/** Measures small calls of one client while large messages and a stream are on the socket of another. */
async function measureBusy(
  caller: Client,
  client: Client,
  large: () => Promise<unknown>,
): Promise<Latency & { streamed: number; seconds: number }> {
  let isOver = false;
  let streamed = 0;
  const items = client.flow({ name: "flow", items: 2 ** 31, bytes: ITEM_BYTES });
  const stream = async (): Promise<void> => {
    for await (const item of items) {
      streamed += item.length;
      if (isOver) break;
    }
  };
  const messages = async (): Promise<void> => {
    for (let made = 0; made < LARGE_MESSAGES; made++) await large();
    isOver = true;
  };
  const small = measureLatency(echo(caller), () => isOver);
  const start = performance.now();
  const [latency] = await Promise.all([small, messages(), stream()]);
  return { ...latency, streamed, seconds: (performance.now() - start) / 1000 };
}

/** Compares small calls on an idle socket with the same on a busy one. */
function testFairness(kind: ServerKind, direction: "down" | "up", delayMs: number): void {
  const way = delayMs === 0 ? "one machine" : `a line of ${2 * delayMs} ms`;
  test(`small calls pass large messages going ${direction} and a stream on ${way}, server ${nameOf(kind)}`, async () => {
    await using scene = await Scene.open(kind, { client: LARGE, server: LARGE, delayMs });
    const url = delayMs === 0 ? scene.server.url : scene.proxy.url;
    const client = scene.client(url);
    const message = createLarge(64 * MIB);
    const large = direction === "down"
      ? () => client.make(message.length)
      : () => client.check(message);
    const idleCalls = delayMs === 0 ? 500 : 50;
    await measureLatency(echo(client), (calls) => calls >= idleCalls);
    const idle = await measureLatency(echo(client), (calls) => calls >= idleCalls);
    const busy = await measureBusy(client, client, large);
    const apart = await measureBusy(scene.client(url), client, large);
    printFigures(`fairness ${direction} on ${way}, client on ${runtime}, server ${nameOf(kind)}`, {
      "idle median ms": idle.median,
      "idle p90 ms": idle.p90,
      "busy median ms": busy.median,
      "busy p90 ms": busy.p90,
      "ratio of medians": busy.median / idle.median,
      "ratio of p90": busy.p90 / idle.p90,
      "median ms on a socket of its own": apart.median,
      "ratio to that": busy.median / apart.median,
      "small calls": busy.calls,
      "MB/s large": toMegabytes(LARGE_MESSAGES * message.length) / busy.seconds,
      "MB/s stream": toMegabytes(busy.streamed) / busy.seconds,
    });
    assert(busy.streamed > 0 && busy.calls > LARGE_MESSAGES, "they were not at the same time");
    const { median } = delayMs === 0 ? apart : idle;
    assert(busy.median < MAX_RATIO * median, `a small call takes ${busy.median} ms, not ${median}`);
  });
}

for (const kind of IS_FULL ? SERVERS : SERVERS.slice(0, 2)) {
  for (const direction of ["down", "up"] as const) {
    testFairness(kind, direction, 0);
    if (IS_FULL) testFairness(kind, direction, LINE_MS);
  }

  test(`a message of 200 MiB passes ${nameOf(kind)} both ways`, async () => {
    await using scene = await Scene.open(kind, { client: LARGE, server: LARGE });
    const client = scene.client(scene.server.url);
    const start = performance.now();
    assertEquals(findLargeFault(await client.make(200 * MIB)), "");
    const middle = performance.now();
    assertEquals(await client.check(createLarge(200 * MIB)), "");
    printFigures(`200 MiB, client on ${runtime}, server ${nameOf(kind)}`, {
      "MB/s down": toMegabytes(200 * MIB) / (middle - start) * 1000,
      "MB/s up": toMegabytes(200 * MIB) / (performance.now() - middle) * 1000,
    });
  });
}
