// deno-lint-ignore-file no-console
/** A server that is measured: `deno run -A bench/compare/server.ts --system ours`. */
import process from "node:process";
import { getHeapSpaceStatistics } from "node:v8";
import { serveAsks, type ServerUsage, type SettledMemory } from "./asks.ts";
import { measureMemory } from "../../tests/faults/memory.ts";
import { produced } from "./message.ts";
import { readProgramOptions } from "./program_options.ts";

function usage(): ServerUsage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, produced: produced.items };
}

/** What V8 keeps for objects to come; nothing is in there after a collection. Bun's engine has no such part. */
function measureYoungBytes(): number {
  if (context.runtime !== "deno") return 0;
  const spaces = getHeapSpaceStatistics();
  return spaces.find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
}

const { system, context } = readProgramOptions();
const url = await system.serve(context);
serveAsks({
  usage,
  settled: async (): Promise<SettledMemory> => {
    const { residentBytes } = await measureMemory();
    return { residentBytes, youngBytes: measureYoungBytes() };
  },
  residentBytes: () => process.memoryUsage().rss,
});
console.log(`ready ${url}`);
