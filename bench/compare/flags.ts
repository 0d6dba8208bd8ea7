/** The command line of the comparison. */
import { parseArgs } from "node:util";
import { ROWS } from "./rows.ts";
import type { RuntimeName } from "./system.ts";
import { findSystem, SYSTEMS } from "./systems/mod.ts";

/** What to measure, and how long. */
export interface Flags {
  readonly systems: readonly string[];
  readonly runtimes: readonly RuntimeName[];
  readonly rows: readonly string[];
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
  /** Before the first. */
  readonly warmUpSeconds: number;
  /** Whether nothing was left out, so that the results are worth keeping. */
  readonly isWhole: boolean;
}

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun"];
const FEWEST_ROUNDS = 5;

/** How to use it. */
export const USAGE = `deno task bench:peers [-- options]
  --systems ours,raw      of ${Object.keys(SYSTEMS).join(", ")}
  --runtimes deno,bun     all unless given
  --rows unary64,stream   of ${Object.keys(ROWS).join(", ")}
  --rounds 5              measurements of each, of which the median counts
  --seconds 1             length of one measurement
  --warmup 1.5            seconds before the first
Besides, it measures the size of a client, and with everything how costs grow (bench:growth).
A run of everything with at least ${FEWEST_ROUNDS} rounds writes bench/RESULTS.md; others only print.`;

/** Reads the command line. */
export function readFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      systems: { type: "string", default: Object.keys(SYSTEMS).join() },
      runtimes: { type: "string", default: RUNTIMES.join() },
      rows: { type: "string", default: Object.keys(ROWS).join() },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "1" },
      warmup: { type: "string", default: "1.5" },
    },
  });
  const systems = values.systems.split(",");
  const rows = values.rows.split(",");
  systems.forEach(findSystem);
  for (const row of rows) {
    if (!Object.hasOwn(ROWS, row)) throw new RangeError(`Cannot measure "${row}": no such row`);
  }
  const runtimes = RUNTIMES.filter((name) => values.runtimes.split(",").includes(name));
  if (runtimes.length === 0) throw new RangeError(`Cannot run on "${values.runtimes}"`);
  const rounds = Number(values.rounds);
  const isWhole = systems.length === Object.keys(SYSTEMS).length &&
    runtimes.length === RUNTIMES.length && rows.length === Object.keys(ROWS).length &&
    rounds >= FEWEST_ROUNDS;
  return {
    systems,
    runtimes,
    rows,
    rounds,
    seconds: Number(values.seconds),
    warmUpSeconds: Number(values.warmup),
    isWhole,
  };
}
