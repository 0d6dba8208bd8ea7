/** Measures how the cost of a call grows, and tells of it. */
import type { RuntimeName } from "../compare/system.ts";
import { formatNumber, formatTable } from "../compare/table.ts";
import { type GrowthOptions, type Level, runAge, runSeries, SERIES } from "./series.ts";

/** Runs everything under some runtimes; what fails is said and left out. */
export async function runGrowth(
  runtimes: readonly RuntimeName[],
  options: GrowthOptions,
): Promise<Level[]> {
  const levels: Level[] = [];
  const add = async (title: string, run: () => Promise<Level[]>): Promise<void> => {
    try {
      levels.push(...await run());
    } catch (error) {
      options.onStep(`${title} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (const runtime of runtimes) {
    for (const series of SERIES) {
      await add(series.title, () => runSeries(series, runtime, options));
    }
    await add("Age of a connection", () => runAge(runtime, options));
  }
  return levels;
}

/** The table: every level beside the first of its series. */
export function reportGrowth(levels: readonly Level[]): string {
  const rows = levels.map(({ series, runtime, count, us, cpuUs }) => {
    const first = levels.find((level) => level.series === series && level.runtime === runtime);
    return [
      series,
      runtime,
      formatNumber(count, 0),
      formatNumber(us, 2),
      formatNumber(cpuUs, 2),
      (us / (first?.us ?? NaN)).toFixed(2),
    ];
  });
  const head = ["what there is more of", "runtime", "how many", "µs a call", "server CPU, µs"];
  return formatTable([...head, "times the first"], rows);
}
