/** What grows, and what a call costs meanwhile. */
import type { CallsAsk, ServerUsage, WorkReport } from "../compare/asks.ts";
import { Program } from "../compare/program.ts";
import type { RuntimeName } from "../compare/system.ts";
import { median } from "../compare/table.ts";

/** A thing that there is more and more of. */
export interface Series {
  readonly title: string;
  readonly counts: readonly number[];
  /** What the programs are started with. */
  args(count: number): readonly string[];
  /** What the client does before it is measured. */
  prepare?(client: Program, count: number): Promise<unknown>;
}

/** What was found at one count. */
export interface Level {
  readonly series: string;
  readonly runtime: RuntimeName;
  readonly count: number;
  /** Time a call, in microseconds. */
  readonly us: number;
  /** Processor time of the server a call, in microseconds; NaN when it was not measured. */
  readonly cpuUs: number;
}

/** How much to measure. */
export interface GrowthOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Told of each step. */
  onStep(text: string): void;
}

const IN_FLIGHT = 64;
const WARM_UP_SECONDS = 1;
const AGE_CALLS = 1_000_000;
const AGE_STEP = 10_000;
/** Steps of which the median counts. */
const AGE_WINDOWS = 5;
const AGES: readonly number[] = [0, 100_000, AGE_CALLS];
const MICRO = 1e6;

/** Everything that grows but age. */
export const SERIES: readonly Series[] = [
  {
    title: "open streams on the connection",
    counts: [1, 100, 10_000, 100_000],
    args: () => [],
    prepare: (client, count) => client.ask("streams", count),
  },
  {
    title: "open connections of the server",
    counts: [1, 100, 1000, 10_000],
    args: () => [],
    prepare: (client, count) => client.ask("connections", count - 1),
  },
  {
    title: "registered methods, all in use",
    counts: [1, 100, 10_000],
    args: (count) => ["--methods", String(count)],
  },
];

const SERVER = new URL("./server.ts", import.meta.url);
const CLIENT = new URL("./client.ts", import.meta.url);

class Site implements AsyncDisposable {
  readonly count: number;
  readonly client: Program;
  readonly #server: Program;
  readonly samples: { readonly us: number; readonly cpuUs: number }[] = [];

  private constructor(count: number, server: Program, client: Program) {
    this.count = count;
    this.#server = server;
    this.client = client;
  }

  static async start(runtime: RuntimeName, count: number, args: readonly string[]): Promise<Site> {
    const server = await Program.start({ file: SERVER, runtime, args });
    const clientArgs = [...args, "--url", await server.first];
    const client = await Program.start({ file: CLIENT, runtime, args: clientArgs });
    return new Site(count, server, client);
  }

  async measure(seconds: number): Promise<void> {
    const argument: CallsAsk = { inFlight: IN_FLIGHT, seconds };
    const before = await this.#server.ask<ServerUsage>("usage");
    const report = await this.client.ask<WorkReport>("calls", argument);
    const after = await this.#server.ask<ServerUsage>("usage");
    this.samples.push({
      us: report.seconds * MICRO / report.done,
      cpuUs: (after.cpuUs - before.cpuUs) / report.done,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

/** Measures one series; all counts take turns, round by round. */
export async function runSeries(
  series: Series,
  runtime: RuntimeName,
  { rounds, seconds, onStep }: GrowthOptions,
): Promise<Level[]> {
  await using sites = new AsyncDisposableStack();
  const all: Site[] = [];
  for (const count of series.counts) {
    const site = sites.use(await Site.start(runtime, count, series.args(count)));
    await series.prepare?.(site.client, count);
    await site.measure(WARM_UP_SECONDS);
    site.samples.length = 0;
    all.push(site);
  }
  for (let round = 0; round < rounds; round++) {
    for (const site of all) await site.measure(seconds);
    onStep(`${series.title} on ${runtime}, round ${round + 1} of ${rounds}`);
  }
  return all.map(({ count, samples }) => ({
    series: series.title,
    runtime,
    count,
    us: median(samples.map(({ us }) => us)),
    cpuUs: median(samples.map(({ cpuUs }) => cpuUs)),
  }));
}

/** Measures calls on one connection from the first to the millionth. */
export async function runAge(
  runtime: RuntimeName,
  { onStep }: Pick<GrowthOptions, "onStep">,
): Promise<Level[]> {
  await using site = await Site.start(runtime, 1, []);
  // On another connection: what is measured is the connection, not the compiler.
  await site.measure(WARM_UP_SECONDS);
  const ask = { total: AGE_CALLS, size: AGE_STEP, inFlight: IN_FLIGHT };
  const times = await site.client.ask<number[]>("age", ask);
  const firsts = times.slice(0, 1);
  // The first calls are few: those of more connections tell more.
  for (let connection = 1; connection < AGE_WINDOWS; connection++) {
    firsts.push(...await site.client.ask<number[]>("age", { ...ask, total: AGE_STEP }));
  }
  onStep(`calls on one connection, on ${runtime}`);
  const series = "calls made on the connection before";
  return AGES.map((count) => {
    const at = count / AGE_STEP;
    const windows = count === 0 ? firsts : times.slice(at - AGE_WINDOWS, at);
    return { series, runtime, count, us: median(windows) * MICRO / AGE_STEP, cpuUs: NaN };
  });
}
