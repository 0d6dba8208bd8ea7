/** The npm packages of the peers: no part of this project, so they are kept outside of it. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { SYSTEMS } from "./systems/mod.ts";

const run = promisify(execFile);

/** What the packages of some systems are called, with their versions. */
function packagesOf(systems: readonly string[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...systems.map((name) => SYSTEMS[name]?.packages ?? {}));
}

/** A module that hands a package on, so that runtimes look for it in the folder's own packages. */
async function writeModule(folder: string, name: string): Promise<void> {
  await writeFile(
    join(folder, `${name.replaceAll("/", "_")}.mjs`),
    `export * from ${JSON.stringify(name)};\n`,
  );
}

function hasFolder(folder: string): Promise<boolean> {
  return access(folder).then(() => true, () => false);
}

/**
 * Installs the packages of these systems with npm, unless they are there; answers the folder, which
 * later runs find again.
 */
export async function installPeers(systems: readonly string[]): Promise<string> {
  const dependencies = packagesOf(systems);
  const modules = systems.flatMap((name) => SYSTEMS[name]?.modules ?? []);
  const key = createHash("sha256").update(JSON.stringify([dependencies, modules])).digest("hex");
  const folder = join(tmpdir(), `rpc-ts-websocket-peers-${key.slice(0, 12)}`);
  if (await hasFolder(folder)) return folder;
  const draft = `${folder}-${crypto.randomUUID()}`;
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, "package.json"), JSON.stringify({ private: true, dependencies }));
  if (modules.length > 0) {
    // None of them needs its scripts.
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    await run("npm", args, { cwd: draft });
  }
  for (const name of modules) await writeModule(draft, name);
  // Whoever was first has the same in it.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
  return folder;
}
