/** A line that breaks while calls of every shape are on it: each ends once, and nothing is left. */
import type { RpcClient } from "../../src/contracts/client.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { runtime, test } from "../support/test.ts";
import { Faults, type ServerState, UPLOAD_HOLD, UPLOAD_NAME } from "./contract.ts";
import { printFigures, toMegabytes } from "./figures.ts";
import { createItem } from "./items.ts";
import { ClientProgram, nameOf, SERVERS } from "./remote.ts";
import { Scene } from "./scene.ts";
import { eventually } from "./wait.ts";

const ITEM_BYTES = 4096;
const CYCLES = 10;
/** Connections before those that are counted: programs compile, and size what they keep. */
const WARM_UP = ["-first", "-second"];
/** What ten connections may leave in reach; each holds more than a megabyte while it is there. */
const HEAP_GROWTH_BYTES = 2_000_000;

type Client = RpcClient<typeof Faults>;

function* endless(state: { isStopped: boolean }): Generator<Uint8Array> {
  try {
    for (let number = 0;; number++) yield createItem(number, ITEM_BYTES);
  } finally {
    state.isStopped = true;
  }
}

async function readAll(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items);
}

/** Calls of all shapes that end only with their connection. */
interface CallsUnderWay {
  readonly ends: Readonly<Record<string, Promise<unknown>>>;
  /** Whether each source of requests was told to stop. */
  readonly sources: readonly { isStopped: boolean }[];
}

function makeCalls(client: Client, suffix: string): CallsUnderWay {
  const name = (shape: string): string => `${shape}${suffix}`;
  const sources = [1, 2, 3].map(() => ({ isStopped: false }));
  const [upload, held, talk] = sources.map(endless);
  if (upload === undefined || held === undefined || talk === undefined) {
    throw new Error("no source");
  }
  const named = (shape: string): { metadata: Record<string, string> } => ({
    metadata: { [UPLOAD_NAME]: name(shape) },
  });
  const hold = { metadata: { [UPLOAD_NAME]: name("held"), [UPLOAD_HOLD]: "1" } };
  const ends = {
    wait: client.wait(name("wait")),
    flow: readAll(client.flow({ name: name("flow"), items: 2 ** 31, bytes: ITEM_BYTES })),
    // Its responses are never read: it stands still at the window.
    paused: client.flow({ name: name("paused"), items: 2 ** 31, bytes: ITEM_BYTES }).trailers,
    upload: client.upload(upload, named("upload")),
    held: client.upload(held, hold),
    talk: readAll(client.talk(talk, named("talk"))),
  };
  for (const end of Object.values(ends)) {
    end.catch(() => {
      // Looked at when the line has broken.
    });
  }
  return { ends, sources };
}

/** Whether every call of a round is under way at the server. */
function areUnderWay({ calls }: Pick<ServerState, "calls">, suffix: string): boolean {
  const at = (shape: string): number => {
    const call = calls[`${shape}${suffix}`];
    return call === undefined ? 0 : 1 + call.produced + call.taken;
  };
  return at("wait") > 0 && at("flow") > 500 && at("paused") > 50 && at("upload") > 500 &&
    at("held") > 1 && at("talk") > 500;
}

const SHAPES = ["wait", "flow", "paused", "upload", "held", "talk"];

/** Breaks the line under calls of all shapes, and checks what becomes of all of them. */
async function breakCalls(scene: Scene, suffix: string, how: () => void): Promise<void> {
  const { server } = scene;
  const endpoint = scene.connect();
  const { ends, sources } = makeCalls(endpoint.client(Faults), suffix);
  await eventually(() => server.state(), (report) => areUnderWay(report, suffix));
  how();
  for (const [shape, end] of Object.entries(ends)) {
    const error = await assertStatus(end, RpcStatus.UNAVAILABLE);
    assertEquals(error.maybeExecuted, true, shape);
  }
  assertEquals(sources.map(({ isStopped }) => isStopped), [true, true, true]);
  assertEquals([endpoint.activeCalls, endpoint.transport.openStreams], [0, 0]);
  const report = await eventually(() => server.state(), ({ running, connections }) => {
    return running === 0 && connections === 0;
  });
  assertEquals([report.streams, report.handlers], [0, 0]);
  for (const shape of SHAPES) {
    assertEquals(report.calls[`${shape}${suffix}`]?.aborted, RpcStatus.UNAVAILABLE, shape);
  }
  await endpoint.close();
}

for (const kind of SERVERS) {
  for (const how of ["cut", "reset"] as const) {
    test(`a ${how} ends every call between a client and ${nameOf(kind)}`, async () => {
      await using scene = await Scene.open(kind);
      await breakCalls(scene, "", () => scene.proxy[how]());
    });
  }

  test(`ten connections that break leave nothing in ${nameOf(kind)}`, async () => {
    await using scene = await Scene.open(kind);
    const { server, proxy } = scene;
    for (const round of WARM_UP) await breakCalls(scene, round, () => proxy.cut());
    const before = await server.memory();
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const how = cycle % 2 === 0 ? "cut" : "reset";
      await breakCalls(scene, `-${cycle}`, () => proxy[how]());
    }
    const after = await server.memory();
    const growth = after.heapBytes - before.heapBytes;
    printFigures(`ten connections broken, client on ${runtime}, server ${nameOf(kind)}`, {
      "MB grown": toMegabytes(growth),
    });
    assertEquals(proxy.accepted, CYCLES + WARM_UP.length);
    assert(growth < HEAP_GROWTH_BYTES, `the server grew by ${growth} bytes`);
  });

  test(`a client program that dies leaves nothing in ${nameOf(kind)}`, async () => {
    await using scene = await Scene.open(kind);
    const { server, proxy } = scene;
    await using program = await ClientProgram.start(runtime, proxy.url);
    await program.upload({ name: "upload", items: 2 ** 31, bytes: ITEM_BYTES });
    await eventually(() => server.call("upload"), ({ taken }) => taken > 500);
    program.kill();
    const report = await eventually(() => server.state(), ({ running, connections }) => {
      return running === 0 && connections === 0;
    });
    assertEquals([report.streams, report.handlers], [0, 0]);
    assertEquals(report.calls["upload"]?.aborted, RpcStatus.UNAVAILABLE);
  });
}
