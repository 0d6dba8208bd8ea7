// deno-lint-ignore-file no-console
/** A server that is measured: `deno run -A bench/compare/server.ts --system ours`. */
import process from "node:process";
import { serveAsks, type ServerUsage } from "./asks.ts";
import { measureMemory } from "../../tests/faults/memory.ts";
import { produced } from "./message.ts";
import { readProgramOptions } from "./program_options.ts";

function usage(): ServerUsage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, produced: produced.items };
}

const { system, context } = readProgramOptions();
const url = await system.serve(context);
serveAsks({
  usage,
  settledBytes: async () => (await measureMemory()).residentBytes,
  residentBytes: () => process.memoryUsage().rss,
});
console.log(`ready ${url}`);
