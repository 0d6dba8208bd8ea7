/** How much of a long line one stream fills, against a bare WebSocket on the same line. */
import { assert, assertEquals } from "../support/assert.ts";
import { runtime, test } from "../support/test.ts";
import { printFigures, toMegabytes } from "./figures.ts";
import { ItemChecker } from "./items.ts";
import { nameOf, SERVERS } from "./remote.ts";
import { IS_FULL, Scene } from "./scene.ts";

/** Each way: 50 ms there and back. */
const DELAY_MS = 25;
const ITEM_BYTES = 16 * 1024;
const RAW_ITEMS = IS_FULL ? 20_000 : 12_000;
/** The fastest of these slices counts: windows grow while the first ones pass. */
const SLICE_MS = 250;
/** So many at most: a machine may be busy for a while. The short run stops when it has its share. */
const SLICES = 40;

/**
 * The least share of a bare WebSocket that a stream has to reach, where windows that do not grow
 * reach 0.02. It is 0.9 and more where each program has a core of its own; on a machine with fewer
 * cores than programs it varies much.
 */
const MIN_SHARE = 0.3;

/** Takes all messages of a bare socket; answers bytes a second after the first of them. */
function measureRaw(url: string, items: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    let taken = 0;
    let bytes = 0;
    let start = 0;
    socket.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => {
      if (taken++ === 0) start = performance.now();
      else bytes += data.byteLength;
      if (taken < items) return;
      const seconds = (performance.now() - start) / 1000;
      socket.addEventListener("close", () => resolve(bytes / seconds));
      socket.close();
    });
    socket.addEventListener("error", () => reject(new Error("The bare socket failed")));
  });
}

/** Takes an endless stream until it is fast enough; answers bytes a second in the best part of it. */
async function measureStream(items: AsyncIterable<Uint8Array>, enough: number): Promise<number> {
  const checker = new ItemChecker(ITEM_BYTES);
  let best = 0;
  let slices = 0;
  let start = NaN;
  let bytes = 0;
  for await (const item of items) {
    checker.take(item);
    const now = performance.now();
    if (Number.isNaN(start)) start = now;
    else bytes += item.length;
    if (now - start < SLICE_MS) continue;
    best = Math.max(best, bytes / (now - start) * 1000);
    [start, bytes] = [now, 0];
    if (++slices === SLICES || best >= enough) break;
  }
  assertEquals(checker.fault, "");
  return best;
}

for (const kind of IS_FULL ? SERVERS : SERVERS.slice(0, 2)) {
  // Hono's own routes are those of the runtime: a bare socket there is the same as without it.
  if (kind.adapter === "hono") continue;
  test(`a stream of ${nameOf(kind)} fills its share of a line of 50 ms`, async () => {
    await using scene = await Scene.open(kind, { delayMs: DELAY_MS });
    const { server, proxy } = scene;
    const { pathname, search } = new URL(server.rawUrl({ items: RAW_ITEMS, bytes: ITEM_BYTES }));
    const raw = await measureRaw(new URL(pathname + search, proxy.url).href, RAW_ITEMS);
    const request = { name: "flow", items: 2 ** 31, bytes: ITEM_BYTES };
    const enough = IS_FULL ? Infinity : MIN_SHARE * raw;
    const stream = await measureStream(scene.client().flow(request), enough);
    const share = stream / raw;
    printFigures(`50 ms there and back, client on ${runtime}, server ${nameOf(kind)}`, {
      "MB/s raw": toMegabytes(raw),
      "MB/s stream": toMegabytes(stream),
      share,
    });
    assert(share >= MIN_SHARE, `a stream reaches ${share} of a bare socket`);
  });
}
