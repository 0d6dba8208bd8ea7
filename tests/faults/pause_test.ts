/** A reader that pauses: its producer stops, and nobody else on the socket notices. */
import { setTimeout as delay } from "node:timers/promises";
import type { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { runtime, test } from "../support/test.ts";
import { maxItemsAhead } from "./bounds.ts";
import { Faults, UPLOAD_HOLD, UPLOAD_NAME } from "./contract.ts";
import { printFigures } from "./figures.ts";
import { createItem, ItemChecker } from "./items.ts";
import { type Latency, measureLatency } from "./latency.ts";
import { nameOf, SERVERS } from "./remote.ts";
import { IS_FULL, Scene } from "./scene.ts";
import { eventually, settled } from "./wait.ts";

const ITEM_BYTES = 4096;
const ITEMS = 2000;
const MAX_AHEAD = maxItemsAhead(ITEM_BYTES);
/** A machine that does other things as well makes single calls slow; a queue makes all of them slow. */
const MAX_RATIO = 5;
/**
 * Other programs may cost a call so much. One that waits for the reader waits as long as the reader
 * pauses, which is until these calls have been made: it would wait forever.
 */
const NOISE_MS = 50;
const CALLS = IS_FULL ? 2000 : 300;

interface Latencies {
  readonly echo: Latency;
  readonly ping: Latency;
}

async function measure(endpoint: RpcCallerEndpoint): Promise<Latencies> {
  const { echo } = endpoint.client(Faults);
  const bytes = new Uint8Array(16);
  const isEnough = (calls: number): boolean => calls >= CALLS;
  return {
    echo: await measureLatency(() => echo(bytes), isEnough),
    ping: await measureLatency(() => endpoint.ping(), isEnough),
  };
}

/** Fails when calls beside a paused stream take longer than on an idle socket. */
function compare(what: string, idle: Latencies, paused: Latencies): void {
  const pairs: readonly (readonly [string, number, number])[] = [
    ["call, median", paused.echo.median, idle.echo.median],
    ["call, p90", paused.echo.p90, idle.echo.p90],
    ["ping, median", paused.ping.median, idle.ping.median],
    ["ping, p90", paused.ping.p90, idle.ping.p90],
  ];
  const ratios = Object.fromEntries(pairs.map(([name, beside, alone]) => [name, beside / alone]));
  printFigures(`${what}: latency beside a paused stream to idle`, ratios);
  for (const [name, beside, alone] of pairs) {
    // What another program on the machine costs is no stream that holds calls up.
    const isHeldUp = beside >= alone * MAX_RATIO && beside >= NOISE_MS;
    assert(!isHeldUp, `${name} is ${beside} ms, ${alone} ms on an idle socket`);
  }
}

for (const kind of IS_FULL ? SERVERS : SERVERS.slice(0, 2)) {
  test(`a paused reader stops a stream of ${nameOf(kind)}, and no call beside it`, async () => {
    await using scene = await Scene.open(kind);
    const endpoint = scene.connect(scene.server.url);
    await measure(endpoint);
    const idle = await measure(endpoint);
    const checker = new ItemChecker(ITEM_BYTES);
    let ahead = 0;
    const { flow } = endpoint.client(Faults);
    for await (const item of flow({ name: "flow", items: ITEMS, bytes: ITEM_BYTES })) {
      checker.take(item);
      if (checker.items > 1) continue;
      const read = async (): Promise<number> => (await scene.server.call("flow")).produced;
      const produced = await settled(read);
      compare(`client on ${runtime}, server ${nameOf(kind)}`, idle, await measure(endpoint));
      if (IS_FULL) await delay(3000);
      assertEquals(await read(), produced, "it went on while the reader was paused");
      ahead = produced - checker.items;
    }
    assert(ahead >= 1 && ahead <= MAX_AHEAD, `${ahead} items ahead, at most ${MAX_AHEAD} may be`);
    assertEquals([checker.fault, checker.items], ["", ITEMS]);
  });

  test(`a paused handler of ${nameOf(kind)} stops an upload, and no call beside it`, async () => {
    await using scene = await Scene.open(kind);
    const { server } = scene;
    const endpoint = scene.connect(server.url);
    await measure(endpoint);
    const idle = await measure(endpoint);
    let pulled = 0;
    function* source(): Generator<Uint8Array> {
      while (pulled < ITEMS) yield createItem(pulled++, ITEM_BYTES);
    }
    const metadata = { [UPLOAD_NAME]: "upload", [UPLOAD_HOLD]: "1" };
    const reply = endpoint.client(Faults).upload(source(), { metadata });
    const { taken } = await eventually(() => server.call("upload"), (call) => call.taken > 0);
    const before = await settled(() => pulled);
    compare(
      `paused handler of ${nameOf(kind)}, client on ${runtime}`,
      idle,
      await measure(endpoint),
    );
    if (IS_FULL) await delay(3000);
    assertEquals([taken, pulled], [1, before], "it went on while the handler was paused");
    await server.release("upload");
    assertEquals(await reply, { items: ITEMS, bytes: ITEMS * ITEM_BYTES, fault: "" });
    const ahead = before - taken;
    assert(ahead >= 1 && ahead <= MAX_AHEAD, `${ahead} items ahead, at most ${MAX_AHEAD} may be`);
  });
}
