// deno-lint-ignore-file no-console
/**
 * Runs interop cases against a server: one line a case, the counts last, and 1 as exit code when any
 * failed.
 *
 *     deno task interop:client --url ws://127.0.0.1:8080/rpc --wire native --case all
 *     bun tests/interop/client.ts --url ws://127.0.0.1:8080/rpc --wire native --case ping_pong
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { selectCases } from "./cases.ts";
import { formatResult, formatTotal, type InteropResult, runCase } from "./run_case.ts";
import { parseWire } from "./wire.ts";

const USAGE = "--url ws://HOST:PORT/PATH --wire native|rpc-dart --case NAME|all";

async function runClient(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      wire: { type: "string", default: "native" },
      case: { type: "string", default: "all" },
    },
  });
  if (values.url === undefined) throw new TypeError(`--url is missing, expected ${USAGE}`);
  const target = { url: values.url, wire: parseWire(values.wire) };
  const results: InteropResult[] = [];
  for (const [name, body] of selectCases(values.case)) {
    const result = await runCase(name, target, { body });
    console.log(formatResult(result));
    results.push(result);
  }
  console.log(formatTotal(results));
  return results.every(({ reason }) => reason === undefined) ? 0 : 1;
}

try {
  process.exitCode = await runClient();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
