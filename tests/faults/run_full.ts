/**
 * Runs the fault tests at full size, on Deno and on Bun, and shows their figures. It takes minutes.
 *
 *     deno task faults
 */
import { findBun } from "../gate/bun.ts";
import { runSuite, type Suite } from "../gate/run_suite.ts";
import { parseBunSummary, parseDenoSummary } from "../gate/summary.ts";

const LIMIT_MS = 20 * 60_000;
const FOLDER = "./tests/faults";

/** Runs both suites; answers whether all of it passed. */
async function runFull(): Promise<boolean> {
  const suites: readonly Suite[] = [
    {
      name: "deno: faults",
      command: Deno.execPath(),
      args: ["test", "--allow-all", FOLDER],
      parse: parseDenoSummary,
    },
    {
      name: "bun: faults",
      command: await findBun(),
      args: ["test", FOLDER],
      parse: parseBunSummary,
    },
  ];
  let failed = 0;
  for (const suite of suites) {
    failed += (await runSuite(suite, { env: { RPC_FAULTS: "full" }, limitMs: LIMIT_MS })).failed;
  }
  return failed === 0;
}

if (import.meta.main) Deno.exit(await runFull() ? 0 : 1);
