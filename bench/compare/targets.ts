/** What this package is to reach, and whether it does. */
import type { FigureKey, Results } from "./results.ts";
import type { ClientSize } from "../size/measure_size.ts";
import type { RuntimeName } from "./system.ts";
import { TYPED_PEERS } from "./systems/mod.ts";
import { formatTable } from "./table.ts";

/** A target, as measured. */
export interface Outcome {
  readonly title: string;
  readonly setting: string;
  /** What is wanted: at least or at most so much. */
  readonly wanted: { readonly is: "at least" | "at most"; readonly value: number };
  /** NaN when it was not measured. */
  readonly found: number;
}

interface RatioTarget {
  readonly title: string;
  readonly row: string;
  readonly figure: string;
  readonly against: "raw" | "typed";
  readonly is: Outcome["wanted"]["is"];
  readonly wanted: Readonly<Record<RuntimeName, number>>;
}

function same(value: number): Readonly<Record<RuntimeName, number>> {
  return { deno: value, bun: value };
}

const RATIOS: readonly RatioTarget[] = [
  {
    title: "unary, 1 in flight: time / raw",
    row: "unary1",
    figure: "us",
    against: "raw",
    is: "at most",
    wanted: same(1.3),
  },
  {
    title: "unary, 64 in flight: calls / raw echoes",
    row: "unary64",
    figure: "rate",
    against: "raw",
    is: "at least",
    wanted: same(1.3),
  },
  {
    title: "unary, 1024 in flight: calls / raw echoes",
    row: "unary1024",
    figure: "rate",
    against: "raw",
    is: "at least",
    wanted: { deno: 1.8, bun: 2 },
  },
  {
    title: "unary, 64 in flight: calls / fastest typed peer",
    row: "unary64",
    figure: "rate",
    against: "typed",
    is: "at least",
    wanted: { deno: 6, bun: 5 },
  },
  {
    title: "unary, 64 in flight: server CPU / raw",
    row: "unary64",
    figure: "cpuUs",
    against: "raw",
    is: "at most",
    wanted: same(0.7),
  },
  {
    title: "server stream: items / fastest typed peer",
    row: "stream",
    figure: "rate",
    against: "typed",
    is: "at least",
    wanted: { deno: 8, bun: 6 },
  },
  {
    title: "server stream: items / raw messages of one item",
    row: "stream",
    figure: "rate",
    against: "raw",
    is: "at least",
    wanted: { deno: 2.5, bun: 2 },
  },
  {
    title: "64 KiB chunks, server to client: MB/s / raw",
    row: "chunks",
    figure: "rate",
    against: "raw",
    is: "at least",
    wanted: same(0.85),
  },
  {
    title: "64 KiB chunks, client to server: MB/s / raw",
    row: "chunksup",
    figure: "rate",
    against: "raw",
    is: "at least",
    wanted: same(0.85),
  },
  {
    title: "memory of an idle connection / raw",
    row: "memory",
    figure: "kib",
    against: "raw",
    is: "at most",
    wanted: { deno: 1.3, bun: 1.5 },
  },
];

const MAX_IDLE_MS = 2;
const LEAST_OF_STREAM = 0.8;
const RUNTIMES: readonly RuntimeName[] = ["deno", "bun"];

function findRatio(results: Results, target: RatioTarget, setting: string): number {
  const key: FigureKey = { row: target.row, setting, figure: target.figure };
  const other = target.against === "raw" ? "raw" : results.greatest(TYPED_PEERS, key);
  return other === undefined ? NaN : results.ratio("ours", other, key)?.middle ?? NaN;
}

function* ratioOutcomes(results: Results): Generator<Outcome> {
  for (const target of RATIOS) {
    for (const setting of RUNTIMES) {
      const wanted = { is: target.is, value: target.wanted[setting] };
      yield { title: target.title, setting, wanted, found: findRatio(results, target, setting) };
    }
  }
}

function* ownOutcomes(results: Results): Generator<Outcome> {
  for (const [row, name] of [["upload", "client stream"], ["bidi", "bidirectional"]] as const) {
    for (const setting of RUNTIMES) {
      const rate = results.figure("ours", { row, setting, figure: "rate" });
      const stream = results.figure("ours", { row: "stream", setting, figure: "rate" });
      const wanted = { is: "at least", value: LEAST_OF_STREAM } as const;
      yield { title: `${name}: items / own server stream`, setting, wanted, found: rate / stream };
    }
  }
  for (const setting of ["deno", "deno to bun"]) {
    yield {
      title: "unary of 8 KiB on an idle connection: p50, ms",
      setting,
      wanted: { is: "at most", value: MAX_IDLE_MS },
      found: results.figure("ours", { row: "idle8k", setting, figure: "p50" }),
    };
  }
}

const KILO = 1000;

function* sizeOutcomes(sizes: readonly ClientSize[]): Generator<Outcome> {
  for (const { title, gzippedBytes, wantedBytes } of sizes) {
    yield {
      title: `client of a page, minified and gzipped, ${title}, kB`,
      setting: "browser",
      wanted: { is: "at most", value: wantedBytes / KILO },
      found: gzippedBytes / KILO,
    };
  }
}

/** Every target that a run says something about. */
export function findOutcomes(results: Results, sizes: readonly ClientSize[]): Outcome[] {
  return [...ratioOutcomes(results), ...ownOutcomes(results), ...sizeOutcomes(sizes)]
    .filter(({ found }) => !Number.isNaN(found));
}

/** Whether a target is reached. */
export function isReached({ found, wanted }: Outcome): boolean {
  return wanted.is === "at least" ? found >= wanted.value : found <= wanted.value;
}

/** The table of targets. */
export function reportOutcomes(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => [
    outcome.title,
    outcome.setting,
    `${outcome.wanted.is} ${outcome.wanted.value}`,
    outcome.found.toFixed(2),
    isReached(outcome) ? "reached" : "**not reached**",
  ]);
  return formatTable(["target", "runtime", "wanted", "found", ""], rows);
}
