// deno-lint-ignore-file no-console
/**
 * Measures this package beside a bare WebSocket and other systems, server and client in processes
 * of their own, under Deno and Bun: `deno task bench:peers`.
 */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findRuntime } from "../../tests/support/runtimes.ts";
import { runGrowth } from "../growth/growth.ts";
import { measureSizes } from "../size/measure_size.ts";
import { reportAll, writeDocument } from "./document.ts";
import { readFlags, USAGE } from "./flags.ts";
import { installPeers } from "./install.ts";
import { Results } from "./results.ts";
import { runRows } from "./run.ts";

const DOCUMENT = fileURLToPath(new URL("../RESULTS.md", import.meta.url));

async function save(text: string): Promise<void> {
  await writeFile(DOCUMENT, text);
  // Documents are formatted like code.
  await promisify(execFile)(await findRuntime("deno"), ["fmt", "--quiet", DOCUMENT]);
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) return console.log(USAGE);
  const flags = readFlags(args);
  const started = performance.now();
  const onStep = (text: string): void => {
    const seconds = Math.round((performance.now() - started) / 1000);
    console.error(`${String(seconds).padStart(5)} s  ${text}`);
  };
  const sizes = await measureSizes();
  const peers = await installPeers(flags.systems);
  const results = new Results(await runRows({ flags, peers, onStep }));
  const { rounds, seconds, runtimes, isWhole } = flags;
  const levels = isWhole ? await runGrowth(runtimes, { rounds, seconds, onStep }) : [];
  const measured = { results, sizes, levels };
  console.log(reportAll(measured, flags));
  if (isWhole) await save(await writeDocument(measured, flags));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
