/** Starts the program that is attacked, and asks it how it is. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findRuntime, runArguments, type RuntimeName } from "../support/runtimes.ts";
import type { VictimReport } from "./victim.ts";

/** A server in a program of its own. */
export class Victim implements AsyncDisposable {
  /** Where it serves. */
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #errors: string[];
  #hasEnded = false;

  private constructor(child: ChildProcess, url: string, errors: string[]) {
    this.#child = child;
    this.url = url;
    this.#errors = errors;
    child.on("exit", () => this.#hasEnded = true);
  }

  /** Starts it under a runtime, and waits until it listens. */
  static async start(runtime: RuntimeName): Promise<Victim> {
    const path = fileURLToPath(new URL("victim.ts", import.meta.url));
    const [run = "run", ...rest] = runArguments(runtime, path);
    const flags = runtime === "deno" ? ["--v8-flags=--expose-gc"] : [];
    const command = await findRuntime(runtime);
    const child = spawn(command, [run, ...flags, ...rest], { stdio: ["ignore", "pipe", "pipe"] });
    const errors: string[] = [];
    child.stderr?.on("data", (chunk: Uint8Array) => errors.push(new TextDecoder().decode(chunk)));
    const url = await new Promise<string>((resolve, reject) => {
      child.on("exit", () => reject(new Error(`The server ended: ${errors.join("")}`)));
      if (child.stdout === null) return;
      createInterface({ input: child.stdout }).on("line", (line: string) => {
        if (line.startsWith("listening ")) resolve(line.slice("listening ".length));
      });
    });
    return new Victim(child, url, errors);
  }

  /** How it is. */
  async report(): Promise<VictimReport> {
    if (this.#hasEnded) throw new Error(`The server has ended: ${this.#errors.join("")}`);
    return await this.#ask("/stats");
  }

  /** The same after its garbage has been collected. */
  async reportClean(): Promise<VictimReport> {
    await this.#ask("/gc");
    return await this.#ask("/gc");
  }

  /** Waits until it is as it should be. */
  async until(isMet: (report: VictimReport) => boolean, mostMs = 15_000): Promise<VictimReport> {
    const end = performance.now() + mostMs;
    let report = await this.report();
    while (!isMet(report)) {
      if (performance.now() > end) {
        throw new Error(`Not within ${mostMs} ms: ${isMet}, found ${JSON.stringify(report)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      report = await this.report();
    }
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    const exited = new Promise<void>((resolve) => this.#child.on("exit", () => resolve()));
    this.#child.kill("SIGKILL");
    await exited;
  }

  async #ask(path: string): Promise<VictimReport> {
    const address = new URL(path, this.url.replace("ws:", "http:"));
    const response = await fetch(address, { headers: { connection: "close" } });
    // The program is ours.
    return await response.json() as VictimReport;
  }
}
