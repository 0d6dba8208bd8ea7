/**
 * A peer that stops reading after it has allowed far more than a socket takes. Here no window stops
 * the sender: its writer does, which watches what waits in the socket.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { runtime, test } from "../support/test.ts";
import { MAX_GROWTH_BYTES, maxBytesAhead } from "./bounds.ts";
import { printFigures, toMegabytes } from "./figures.ts";
import { ItemChecker } from "./items.ts";
import { ClientProgram, nameOf, SERVERS } from "./remote.ts";
import { IS_FULL, Scene } from "./scene.ts";
import { eventually, settled } from "./wait.ts";

const ITEM_BYTES = 4096;
const ITEMS = IS_FULL ? 200_000 : 20_000;
const WARM_UP_ITEMS = 40_000;
/** How long the peer reads nothing, at least. */
const STALL_MS = IS_FULL ? 2500 : 0;

/** Windows that nothing here fills. */
const WIDE: Partial<RpcLimits> = {
  streamWindowBytes: 2 ** 31,
  maxStreamWindowBytes: 2 ** 31,
  streamWindowMessages: 2 ** 30,
  connectionWindowBytes: 2 ** 31,
};

for (const kind of IS_FULL ? SERVERS : SERVERS.slice(0, 2)) {
  test(`${nameOf(kind)} loses nothing of a stream whose client allows all and reads nothing`, async () => {
    await using scene = await Scene.open(kind, { client: WIDE });
    const { server, proxy } = scene;
    const client = scene.client();
    const request = { items: WARM_UP_ITEMS, bytes: ITEM_BYTES };
    for await (const _item of client.flow({ ...request, name: "warm-up" }));
    const before = await server.memory();

    proxy.stall("down");
    const checker = new ItemChecker(ITEM_BYTES);
    const received = (async () => {
      const items = client.flow({ ...request, name: "flow", items: ITEMS });
      for await (const item of items) checker.take(item);
    })();
    const read = async (): Promise<number> => (await server.call("flow")).produced;
    await eventually(read, (produced) => produced > 0);
    const [produced] = await Promise.all([settled(read), delay(STALL_MS)]);
    const during = await server.memory();
    const growth = during.residentBytes - before.residentBytes;
    proxy.resume();
    await received;
    printFigures(`all allowed, nothing read, client on ${runtime}, server ${nameOf(kind)}`, {
      items: ITEMS,
      produced,
      "MB produced": toMegabytes(produced * ITEM_BYTES),
      "MB grown": toMegabytes(growth),
    });
    assert(produced < ITEMS, "the stall was not noticed");
    const limit = await maxBytesAhead(ITEM_BYTES);
    assert(produced * ITEM_BYTES <= limit, `${produced} items are more than ${limit} bytes`);
    assert(growth < MAX_GROWTH_BYTES, `the server grew by ${growth} bytes`);
    assertEquals([checker.fault, checker.items], ["", ITEMS]);
  });

  test(`a client loses nothing of an upload that ${nameOf(kind)} allows and does not read`, async () => {
    await using scene = await Scene.open(kind, { server: WIDE });
    const { proxy } = scene;
    await using program = await ClientProgram.start(runtime, proxy.url);
    const request = { name: "warm-up", items: WARM_UP_ITEMS, bytes: ITEM_BYTES };
    await program.upload(request);
    await program.uploaded();
    const before = await program.memory();

    proxy.stall("up");
    await program.upload({ ...request, items: ITEMS, name: "stalled" });
    const read = async (): Promise<number> => (await program.progress()).pulled;
    const [pulled] = await Promise.all([settled(read), delay(STALL_MS)]);
    const during = await program.memory();
    const growth = during.residentBytes - before.residentBytes;
    proxy.resume();
    const { reply, error } = await program.uploaded();
    printFigures(
      `all allowed, nothing read, client program on ${runtime}, server ${nameOf(kind)}`,
      {
        items: ITEMS,
        pulled,
        "MB pulled": toMegabytes(pulled * ITEM_BYTES),
        "MB grown": toMegabytes(growth),
      },
    );
    assertEquals([reply, error], [{ items: ITEMS, bytes: ITEMS * ITEM_BYTES, fault: "" }, ""]);
    assert(pulled < ITEMS, "the stall was not noticed");
    const limit = await maxBytesAhead(ITEM_BYTES);
    assert(pulled * ITEM_BYTES <= limit, `${pulled} items are more than ${limit} bytes`);
    assert(growth < MAX_GROWTH_BYTES, `the client grew by ${growth} bytes`);
  });
}
