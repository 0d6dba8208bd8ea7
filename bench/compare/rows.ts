/** What is measured: a row of the table each. */
import { setTimeout as delay } from "node:timers/promises";
import { FaultProxy } from "../../tests/support/proxy.ts";
import type { CallsAsk, ItemsAsk, LatencyAsk, SettledMemory, WorkReport } from "./asks.ts";
import { CHUNK_BYTES, type ItemRequest } from "./message.ts";
import { nameOf, type Pair, type Setting } from "./pair.ts";
import type { RuntimeName } from "./system.ts";

/** Figures of one round, by their names. */
export type Sample = Readonly<Record<string, number>>;

/** One of the figures that a row gives. */
export interface Figure {
  readonly name: string;
  readonly title: string;
  readonly digits: number;
}

/** What a system must have to be measured. */
export type Need = "down" | "up" | "both" | "bytes";

/** A row. */
export interface Row {
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly needs?: readonly Need[];
  /** The systems that it is about; all unless given. */
  readonly systems?: readonly string[];
  /** Whether each round takes new processes, as what is measured only happens once in one. */
  readonly isFresh?: boolean;
  /** Rounds that are enough, when there are more. */
  readonly maxRounds?: number;
  /** The runtimes of servers and clients, when they are not of the same. */
  readonly settings?: readonly Setting[];
  measure(pair: Pair, seconds: number): Promise<Sample>;
}

/** As many are opened before, so that what a program needs once is there. */
const IDLE_CONNECTIONS = 2000;
const STALL_ITEMS: ItemRequest = { kind: "block", count: 200_000 };
const STALL_WATCH_MS = 4000;
const STALL_STEP_MS = 100;
const MEGA = 1e6;
const KIBI = 1024;
/** Shorter and longer than the 40 ms for which Linux puts off an acknowledgement. */
const IDLE_RESTS_MS: readonly number[] = [5, 20, 60];

const CPU: Figure = { name: "cpuUs", title: "server CPU, µs each", digits: 2 };

/** Does work and takes the processor time that the server spent on it. */
async function work(
  pair: Pair,
  ask: { readonly name: string; readonly argument: CallsAsk | ItemsAsk },
): Promise<{ rate: number; cpuUs: number }> {
  const client = await pair.client();
  const before = await pair.usage();
  const { done, seconds } = await client.ask<WorkReport>(ask.name, ask.argument);
  const after = await pair.usage();
  return { rate: done / seconds, cpuUs: (after.cpuUs - before.cpuUs) / done };
}

function callsRow(inFlight: number): Row {
  return {
    title: `unary echo, ${inFlight} in flight`,
    figures: [
      { name: "rate", title: "calls/s", digits: 0 },
      { name: "us", title: "µs a call", digits: 2 },
      CPU,
    ],
    async measure(pair, seconds) {
      const argument: CallsAsk = { inFlight, seconds };
      const sample = await work(pair, { name: "calls", argument });
      return { ...sample, us: MEGA / sample.rate };
    },
  };
}

function itemsRow(title: string, shape: ItemsAsk["shape"]): Row {
  return {
    title,
    figures: [{ name: "rate", title: "items/s", digits: 0 }, CPU],
    needs: [shape],
    measure(pair, seconds) {
      const argument: ItemsAsk = { shape, kind: "message", seconds };
      return work(pair, { name: "items", argument });
    },
  };
}

const streamAtOnce: Row = {
  title: "server stream within the event that asks for it",
  figures: [{ name: "rate", title: "items/s", digits: 0 }, CPU],
  systems: ["ours", "raw"],
  measure(pair, seconds) {
    const argument: ItemsAsk = { shape: "down", kind: "message", isAtOnce: true, seconds };
    return work(pair, { name: "items", argument });
  },
};

function chunksRow(title: string, shape: ItemsAsk["shape"]): Row {
  return {
    title,
    figures: [{ name: "rate", title: "MB/s", digits: 0 }, { ...CPU, digits: 1 }],
    needs: [shape, "bytes"],
    async measure(pair, seconds) {
      const argument: ItemsAsk = { shape, kind: "chunk", seconds };
      const { rate, cpuUs } = await work(pair, { name: "items", argument });
      return { rate: rate * CHUNK_BYTES / MEGA, cpuUs };
    },
  };
}

const idleCalls: Row = {
  title: "unary echo of 8 KiB on an idle connection",
  figures: [
    { name: "p50", title: "p50, ms", digits: 2 },
    { name: "p90", title: "p90, ms", digits: 2 },
  ],
  settings: [{ client: "deno", server: "deno" }, { client: "deno", server: "bun" }],
  async measure(pair, seconds) {
    const calls = Math.ceil(20 * seconds);
    const argument: LatencyAsk = { letters: 8192, calls, restsMs: IDLE_RESTS_MS };
    const times = await (await pair.client()).ask<number[]>("latencies", argument);
    const at = (part: number): number => times[Math.floor(part * times.length)] ?? NaN;
    return { p50: at(0.5), p90: at(0.9) };
  },
};

const idleMemory: Row = {
  title: "memory of an idle connection, of 2000",
  figures: [
    { name: "kib", title: "KiB each", digits: 1 },
    { name: "allKib", title: "KiB each with what is kept for new objects", digits: 1 },
  ],
  isFresh: true,
  maxRounds: 3,
  async measure(pair) {
    const client = await pair.client();
    await client.ask("open", IDLE_CONNECTIONS);
    const before = await pair.server.ask<SettledMemory>("settled");
    await client.ask("open", IDLE_CONNECTIONS);
    const after = await pair.server.ask<SettledMemory>("settled");
    const bytes = after.residentBytes - before.residentBytes;
    const oldBytes = bytes - (after.youngBytes - before.youngBytes);
    const kibOf = (all: number): number => all / IDLE_CONNECTIONS / KIBI;
    const kib = kibOf(oldBytes);
    return after.youngBytes === 0 ? { kib } : { kib, allKib: kibOf(bytes) };
  },
};

const stalledReader: Row = {
  title: "a reader stalls, 200 000 items of 4 KiB to come",
  figures: [
    { name: "mb", title: "the server grows in 4 s by MB", digits: 0 },
    { name: "produced", title: "items taken from the handler", digits: 0 },
  ],
  needs: ["down"],
  isFresh: true,
  maxRounds: 3,
  async measure(pair) {
    await using proxy = await FaultProxy.start(pair.url);
    const client = await pair.client(proxy.url);
    const warmUp: ItemsAsk = { shape: "down", kind: "block", seconds: 0.2 };
    await client.ask("items", warmUp);
    const { residentBytes: before } = await pair.server.ask<SettledMemory>("settled");
    const { produced } = await pair.usage();
    proxy.stall("down");
    await client.ask("begin", STALL_ITEMS);
    let most = before;
    const until = performance.now() + STALL_WATCH_MS;
    while (performance.now() < until) {
      await delay(STALL_STEP_MS);
      most = Math.max(most, await pair.server.ask<number>("residentBytes"));
    }
    const after = await pair.usage();
    return { mb: (most - before) / MEGA, produced: after.produced - produced };
  },
};

/** Every row, by its name on the command line, in the order of the table. */
export const ROWS: Readonly<Record<string, Row>> = {
  unary1: callsRow(1),
  unary64: callsRow(64),
  unary1024: callsRow(1024),
  stream: itemsRow("server stream", "down"),
  streamatonce: streamAtOnce,
  upload: itemsRow("client stream", "up"),
  bidi: itemsRow("bidirectional stream", "both"),
  chunks: chunksRow("64 KiB chunks, server to client", "down"),
  chunksup: chunksRow("64 KiB chunks, client to server", "up"),
  idle8k: idleCalls,
  memory: idleMemory,
  stall: stalledReader,
};

/** In which settings a row is measured, of these runtimes. */
export function settingsOf(row: Row, runtimes: readonly RuntimeName[]): readonly Setting[] {
  if (row.settings === undefined) return runtimes.map((name) => ({ server: name, client: name }));
  return row.settings.filter(({ server, client }) =>
    runtimes.includes(server) && runtimes.includes(client)
  );
}

/** Names of all settings of a row. */
export function settingNames(row: Row, runtimes: readonly RuntimeName[]): string[] {
  return settingsOf(row, runtimes).map(nameOf);
}
