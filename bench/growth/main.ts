// deno-lint-ignore-file no-console
/**
 * What a call costs with more and more streams, connections, methods and calls before it:
 * `deno task bench:growth`. Prints; `deno task bench:peers` puts it into bench/RESULTS.md.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import type { RuntimeName } from "../compare/system.ts";
import { reportGrowth, runGrowth } from "./growth.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    runtimes: { type: "string", default: "deno,bun" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
  },
});
const runtimes = (["deno", "bun"] as const satisfies RuntimeName[])
  .filter((name) => values.runtimes.split(",").includes(name));
const levels = await runGrowth(runtimes, {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  onStep: (text) => console.error(text),
});
console.log(reportGrowth(levels));
