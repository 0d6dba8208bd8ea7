/** A peer that stops reading: nothing grows, and when it goes on nothing was lost. */
import { assert, assertEquals } from "../support/assert.ts";
import { runtime, test } from "../support/test.ts";
import { MAX_GROWTH_BYTES, maxBytesAhead, maxItemsAhead } from "./bounds.ts";
import { UPLOAD_NAME } from "./contract.ts";
import { printFigures, toMegabytes } from "./figures.ts";
import { createItem, ItemChecker } from "./items.ts";
import { ClientProgram, nameOf, SERVERS } from "./remote.ts";
import { IS_FULL, Scene } from "./scene.ts";
import { eventually, settled } from "./wait.ts";

const ITEM_BYTES = 4096;
const ITEMS = IS_FULL ? 200_000 : 20_000;
/** Taken before anything is measured: programs compile, and size what they keep. */
const WARM_UP_ITEMS = 40_000;
/** What a stream that has ended may leave in reach. */
const MAX_KEPT_BYTES = 2_000_000;
const MAX_AHEAD = maxItemsAhead(ITEM_BYTES);
/** The item that the second stall comes at, when the window may have grown. */
const HALF = ITEMS / 2;

for (const kind of IS_FULL ? SERVERS : SERVERS.slice(0, 2)) {
  test(`a stalled client stops a stream of ${nameOf(kind)} within the window, and gets all of it`, async () => {
    await using scene = await Scene.open(kind);
    const { server, proxy } = scene;
    const client = scene.client();
    const request = { items: WARM_UP_ITEMS, bytes: ITEM_BYTES };
    for await (const _item of client.flow({ ...request, name: "warm-up" }));
    const before = await server.memory();
    const checker = new ItemChecker(ITEM_BYTES);
    const read = async (): Promise<number> => (await server.call("flow")).produced;
    const grown = async (): Promise<number> => {
      return (await server.memory()).residentBytes - before.residentBytes;
    };

    proxy.stall("down");
    const received = (async () => {
      for await (const item of client.flow({ ...request, name: "flow", items: ITEMS })) {
        checker.take(item);
        if (checker.items === HALF) proxy.stall("down");
      }
    })();
    await eventually(read, (produced) => produced > 0);
    const first = { ahead: await settled(read), growth: await grown() };
    proxy.resume();
    await eventually(() => checker.items, (items) => items >= HALF);
    const produced = await settled(read);
    const second = { ahead: produced - checker.items, growth: await grown() };
    const start = performance.now();
    proxy.resume();
    await received;
    const seconds = (performance.now() - start) / 1000;
    const after = await server.memory();
    printFigures(`stalled client on ${runtime}, server ${nameOf(kind)}`, {
      items: ITEMS,
      "ahead at once": first.ahead,
      "ahead at half": second.ahead,
      "MB grown at once": toMegabytes(first.growth),
      "MB grown at half": toMegabytes(second.growth),
      "MB grown at the end": toMegabytes(after.residentBytes - before.residentBytes),
      "MB of it in reach": toMegabytes(after.heapBytes - before.heapBytes),
      "MB/s": toMegabytes((ITEMS - produced) * ITEM_BYTES) / seconds,
    });
    assertEquals([checker.fault, checker.items], ["", ITEMS]);
    assert(first.ahead <= MAX_AHEAD, `${first.ahead} items ahead, ${MAX_AHEAD} may be`);
    const limit = await maxBytesAhead(ITEM_BYTES);
    assert(second.ahead * ITEM_BYTES <= limit, `${second.ahead} items ahead`);
    assert(first.growth < MAX_GROWTH_BYTES, `the server grew by ${first.growth} bytes`);
    // Resident memory of a program that has run on tells what its allocator keeps for the next time.
    const kept = after.heapBytes - before.heapBytes;
    assert(kept < MAX_KEPT_BYTES, `the server keeps ${kept} bytes`);
    const { streams, handlers, running } = await server.state();
    assertEquals([streams, handlers, running], [0, 0, 0]);
  });

  test(`a server ${nameOf(kind)} that stalls stops an upload, and gets all of it`, async () => {
    await using scene = await Scene.open(kind);
    const { server, proxy } = scene;
    const { upload } = scene.client();
    let pulled = 0;
    function* source(): Generator<Uint8Array> {
      while (pulled < ITEMS) {
        if (pulled === HALF) proxy.stall("up");
        yield createItem(pulled++, ITEM_BYTES);
      }
    }
    const reply = upload(source(), { metadata: { [UPLOAD_NAME]: "upload" } });
    await eventually(() => pulled, () => pulled >= HALF);
    await settled(() => pulled);
    const { taken } = await server.call("upload");
    const ahead = pulled - taken;
    proxy.resume();
    assertEquals(await reply, { items: ITEMS, bytes: ITEMS * ITEM_BYTES, fault: "" });
    assert(ahead * ITEM_BYTES <= await maxBytesAhead(ITEM_BYTES), `${ahead} items ahead`);
  });

  test(`a client program does not grow while ${nameOf(kind)} is stalled`, async () => {
    await using scene = await Scene.open(kind);
    const { server, proxy } = scene;
    await using program = await ClientProgram.start(runtime, proxy.url);
    const request = { name: "upload", items: WARM_UP_ITEMS, bytes: ITEM_BYTES };
    await program.upload(request);
    await program.uploaded();
    const before = await program.memory();

    proxy.stall("up");
    await program.upload({ ...request, items: ITEMS, name: "stalled" });
    const ahead = await settled(async () => (await program.progress()).pulled);
    const { taken } = await server.call("stalled");
    const during = await program.memory();
    const growth = during.residentBytes - before.residentBytes;
    proxy.resume();
    const { reply, error } = await program.uploaded();
    const after = await program.memory();
    printFigures(`stalled server ${nameOf(kind)}, client program on ${runtime}`, {
      items: ITEMS,
      ahead,
      "MB grown": toMegabytes(growth),
      "MB grown at the end": toMegabytes(after.residentBytes - before.residentBytes),
    });
    const wanted = { items: ITEMS, bytes: ITEMS * ITEM_BYTES, fault: "" };
    assertEquals([reply, error, taken], [wanted, "", 0]);
    assert(ahead <= MAX_AHEAD, `${ahead} items ahead, ${MAX_AHEAD} may be`);
    assert(growth < MAX_GROWTH_BYTES, `the client grew by ${growth} bytes`);
  });
}
