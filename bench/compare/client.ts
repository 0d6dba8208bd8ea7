// deno-lint-ignore-file no-console
/** A client that measures: `deno run -A bench/compare/client.ts --system ours --url ws://…`. */
import { serveAsks } from "./asks.ts";
import { readProgramOptions } from "./program_options.ts";
import { Measurer } from "./measurer.ts";

const { system, context, url } = readProgramOptions();
const measurer = new Measurer(system, context);
const connection = await system.connect(url, context);
serveAsks({
  calls: (ask: Parameters<Measurer["calls"]>[1]) => measurer.calls(connection, ask),
  items: (ask: Parameters<Measurer["items"]>[1]) => measurer.items(connection, ask),
  latencies: (ask: Parameters<Measurer["latencies"]>[1]) => measurer.latencies(connection, ask),
  open: (count: number) => measurer.open(url, count),
  begin: (ask: Parameters<Measurer["begin"]>[1]) => measurer.begin(connection, ask),
});
console.log("ready");
