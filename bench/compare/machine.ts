/** Where and when something was measured. */
import { cpus, loadavg, totalmem } from "node:os";
import { findRuntime } from "../../tests/support/runtimes.ts";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SYSTEMS } from "./systems/mod.ts";

const run = promisify(execFile);
const GIBI = 1024 ** 3;
/** Before anything is measured. */
const [LOAD = NaN] = loadavg();

/** Lines on the machine, the runtimes and the peers. */
export async function describeMachine(): Promise<string> {
  const [cpu] = cpus();
  const versions = await Promise.all((["deno", "bun"] as const).map(async (name) => {
    const { stdout } = await run(await findRuntime(name), ["--version"]);
    // Deno tells of more than itself, Bun gives the number alone.
    const number = stdout.match(/\d+\.\d+\.\d+/)?.[0] ?? "unknown";
    return `${name === "deno" ? "Deno" : "Bun"} ${number}`;
  }));
  const packages = Object.values(SYSTEMS).flatMap(({ packages = {} }) =>
    Object.entries(packages).map(([name, version]) => `${name} ${version}`)
  );
  return [
    `- ${new Date().toISOString().slice(0, 10)}; ${versions.join(", ")}`,
    `- ${cpus().length} cores, ${cpu?.model ?? "unknown"}; ${Math.round(totalmem() / GIBI)} GiB; ` +
    "loopback; each server and each client has a process of its own",
    `- load of the machine before the run, in processes: ${LOAD.toFixed(1)}`,
    `- peers: ${packages.join(", ")}`,
  ].join("\n");
}
