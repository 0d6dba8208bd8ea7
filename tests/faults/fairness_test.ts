/** Large messages and fast streams: small calls on the same socket take their turn between them. */
import type { RpcClient } from "../../src/contracts/client.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { runtime, test } from "../support/test.ts";
import type { Faults } from "./contract.ts";
import { printFigures, quantile, toMegabytes } from "./figures.ts";
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
 * The most that may pass on the socket, both ways, while the median small call is under way, where
 * the line itself holds nothing. A small call stands in line behind those bytes; how long they take is
 * for the machine to say, and a slow one has more of them on their way.
 */
const MAX_AHEAD_BYTES = 2 * MIB;
/** The most that the median small call may take on a line, as a multiple of an idle one. */
const MAX_RATIO = 10;
/** The least that a stream has of what goes the same way, where half would be its due. */
const MIN_SHARE = 0.1;

type Client = RpcClient<typeof Faults>;

/** How the client reaches the server. */
type Way =
  /** Without anything between them that costs time, or counts. */
  | { readonly kind: "direct" }
  | { readonly kind: "proxy"; readonly delayMs: number };

function nameOfWay(way: Way): string {
  if (way.kind === "direct") return "one machine";
  return way.delayMs === 0 ? "one machine, through a proxy" : `a line of ${2 * way.delayMs} ms`;
}

function echo(client: Client): () => Promise<unknown> {
  const bytes = new Uint8Array(16);
  return () => client.echo(bytes);
}

interface Busy extends Latency {
  /** Bytes of the stream that came. */
  readonly streamed: number;
  readonly seconds: number;
}

/** Measures small calls while large messages and a stream are on the socket of a client. */
async function measureBusy(
  call: () => Promise<unknown>,
  client: Client,
  large: () => Promise<unknown>,
): Promise<Busy> {
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
  const small = measureLatency(call, () => isOver);
  const start = performance.now();
  const [latency] = await Promise.all([small, messages(), stream()]);
  return { ...latency, streamed, seconds: (performance.now() - start) / 1000 };
}

/** Compares small calls on an idle socket with the same on a busy one. */
function testFairness(kind: ServerKind, direction: "down" | "up", way: Way): void {
  const name = nameOfWay(way);
  test(`small calls pass large messages going ${direction} and a stream on ${name}, server ${nameOf(kind)}`, async () => {
    const delayMs = way.kind === "proxy" ? way.delayMs : 0;
    await using scene = await Scene.open(kind, { client: LARGE, server: LARGE, delayMs });
    const { proxy, server } = scene;
    const url = way.kind === "proxy" ? proxy.url : server.url;
    const client = scene.client(url);
    const message = createLarge(64 * MIB);
    const large = direction === "down"
      ? () => client.make(message.length)
      : () => client.check(message);
    const idleCalls = delayMs === 0 ? 500 : 50;
    const call = echo(client);
    await measureLatency(call, (calls) => calls >= idleCalls);
    const idle = await measureLatency(call, (calls) => calls >= idleCalls);
    const ahead: number[] = [];
    const countedCall = async (): Promise<void> => {
      const before = proxy.passedBytes;
      await call();
      ahead.push(proxy.passedBytes - before);
    };
    const busy = await measureBusy(countedCall, client, large);
    const largeBytes = LARGE_MESSAGES * message.length;
    printFigures(`fairness ${direction} on ${name}, client on ${runtime}, server ${nameOf(kind)}`, {
      "idle median ms": idle.median,
      "idle p90 ms": idle.p90,
      "busy median ms": busy.median,
      "busy p90 ms": busy.p90,
      "ratio of medians": busy.median / idle.median,
      "ratio of p90": busy.p90 / idle.p90,
      "small calls": busy.calls,
      "MB/s large": toMegabytes(largeBytes) / busy.seconds,
      "MB/s stream": toMegabytes(busy.streamed) / busy.seconds,
    });
    assert(busy.streamed > 0 && busy.calls > LARGE_MESSAGES, "they were not at the same time");
    if (direction === "down") {
      const share = busy.streamed / (largeBytes + busy.streamed);
      assert(share >= MIN_SHARE, `the stream has ${share} of what the server sends`);
    }
    if (delayMs > 0) {
      const found = `a small call takes ${busy.median} ms, not ${idle.median}`;
      assert(busy.median < MAX_RATIO * idle.median, found);
      return;
    }
    if (way.kind === "proxy") {
      const [median, p90] = [quantile(ahead, 0.5), quantile(ahead, 0.9)];
      printFigures("bytes that pass while a small call is under way", { median, p90 });
      assert(median <= MAX_AHEAD_BYTES, `${median} bytes pass while a small call is under way`);
    }
    // With both programs busy all the time it takes longer on any socket, one of its own as well.
    const apart = await measureBusy(echo(scene.client(url)), client, large);
    printFigures("the same calls on a socket of their own", {
      "busy median ms": apart.median,
      "ratio to that": busy.median / apart.median,
    });
  });
}

for (const kind of IS_FULL ? SERVERS : SERVERS.slice(0, 2)) {
  for (const direction of ["down", "up"] as const) {
    testFairness(kind, direction, { kind: "proxy", delayMs: 0 });
    if (!IS_FULL) continue;
    testFairness(kind, direction, { kind: "direct" });
    testFairness(kind, direction, { kind: "proxy", delayMs: LINE_MS });
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
