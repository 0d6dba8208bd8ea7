// deno-lint-ignore-file no-console
/**
 * Runs the hostile tests at full size under both runtimes, with chance of its own each time.
 *
 *     deno task nightly
 *     FUZZ_SEED=7 FUZZ_INPUTS=200000 HOSTILE_CONNECTIONS=2000 deno task nightly
 */
import { findBun } from "../gate/bun.ts";
import { runSuite, type Suite } from "../gate/run_suite.ts";
import {
  addCounts,
  formatCounts,
  NO_TESTS,
  parseBunSummary,
  parseDenoSummary,
} from "../gate/summary.ts";

const FULL_INPUTS = "1000000";
const FULL_CONNECTIONS = "10000";
/** A runtime that is not done by then has hung. */
const LIMIT_MS = 60 * 60_000;

function setting(name: string, fallback: string): string {
  const given = Deno.env.get(name);
  return given === undefined || given === "" ? fallback : given;
}

async function main(): Promise<void> {
  const env = {
    FUZZ_SEED: setting("FUZZ_SEED", String(Math.floor(Math.random() * 2 ** 31))),
    FUZZ_INPUTS: setting("FUZZ_INPUTS", FULL_INPUTS),
    HOSTILE_CONNECTIONS: setting("HOSTILE_CONNECTIONS", FULL_CONNECTIONS),
  };
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`).join(" ");
  console.log(`To see this run again: ${settings} deno task nightly`);
  const suites: Suite[] = [
    {
      name: "deno: hostile input",
      command: Deno.execPath(),
      args: ["test", "--allow-all", "--sanitize-ops", "--sanitize-resources", "tests/fuzz"],
      parse: parseDenoSummary,
    },
    {
      name: "bun: hostile input",
      command: await findBun(),
      args: ["test", "./tests/fuzz"],
      parse: parseBunSummary,
    },
  ];
  let total = NO_TESTS;
  for (const suite of suites) {
    total = addCounts(total, await runSuite(suite, { env, limitMs: LIMIT_MS }));
  }
  console.log(`\n${formatCounts(total)} (${settings})`);
  Deno.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
}

if (import.meta.main) await main();
