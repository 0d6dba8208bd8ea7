/** What both programs are started with. */
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import type { BenchContext, BenchSystem } from "./system.ts";
import { findSystem } from "./systems/mod.ts";

/** A program's own settings. */
export interface ProgramOptions {
  readonly system: BenchSystem;
  readonly context: BenchContext;
  readonly url: string;
}

/** Reads the command line of a program. */
export function readProgramOptions(): ProgramOptions {
  const { values } = parseArgs({
    options: {
      system: { type: "string", default: "ours" },
      peers: { type: "string", default: "." },
      url: { type: "string", default: "" },
    },
  });
  const folder = `${pathToFileURL(values.peers)}/`;
  const context: BenchContext = {
    runtime: "Deno" in globalThis ? "deno" : "bun",
    // The name of the file that hands the package on; see `install.ts`.
    load: (name) => import(`${folder}${name.replaceAll("/", "_")}.mjs`),
  };
  return { system: findSystem(values.system).system, context, url: values.url };
}
