/** Where the runtimes are: tests start programs under either of them. */
import { execFile } from "node:child_process";
import process from "node:process";
import { runtime } from "./test.ts";

/** A runtime that the library runs on. */
export type RuntimeName = typeof runtime;

/** Every runtime, the own one first. */
export const RUNTIMES: readonly RuntimeName[] = runtime === "deno"
  ? ["deno", "bun"]
  : ["bun", "deno"];

interface RuntimeFacts {
  readonly version: string;
  /** Arguments that make it print its version and its file. */
  readonly show: readonly string[];
  /** Arguments that go before a program. */
  readonly run: readonly string[];
}

const FACTS: Readonly<Record<RuntimeName, RuntimeFacts>> = {
  deno: {
    version: "2.9.6",
    show: ["eval", "console.log(Deno.version.deno, Deno.execPath())"],
    run: ["run", "--quiet", "--allow-net", "--allow-read", "--allow-env"],
  },
  bun: {
    version: "1.4.5",
    show: ["-e", "console.log(Bun.version, process.execPath)"],
    run: ["run"],
  },
};

const found: Map<RuntimeName, Promise<string>> = new Map();

/**
 * Finds the file of a runtime: the own one for the one that runs this, then that on the PATH when its
 * version is right, then npm's. It is the runtime itself, not a script that starts it, so killing what
 * it runs leaves nothing behind.
 */
export function findRuntime(name: RuntimeName): Promise<string> {
  const known = found.get(name);
  if (known !== undefined) return known;
  const path = name === runtime ? Promise.resolve(process.execPath) : lookFor(name);
  found.set(name, path);
  return path;
}

/** The arguments that make a runtime run a program with what network programs need. */
export function runArguments(name: RuntimeName, program: string): string[] {
  return [...FACTS[name].run, program];
}

async function lookFor(name: RuntimeName): Promise<string> {
  const { version, show } = FACTS[name];
  const [onPath, path] = (await outputOf(name, show))?.split(" ", 2) ?? [];
  if (onPath === version && path !== undefined) return path;
  const fetched = await outputOf("npx", ["--yes", `${name}@${version}`, ...show]);
  const [, file] = fetched?.split(" ", 2) ?? [];
  if (file === undefined) throw new Error(`Cannot find ${name} ${version}: npx could not start it`);
  return file;
}

/** What a command prints; undefined when it cannot be run, or fails. */
function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  // A program that inherits NO_COLOR and the like prints nothing but the text.
  const options = { env: { ...process.env, NO_COLOR: "1" } };
  return new Promise((resolve) => {
    execFile(command, [...args], options, (error, stdout) => {
      resolve(error === null ? stdout.trim() : undefined);
    });
  });
}
