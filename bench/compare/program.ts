/** A program that is measured or measures: started, asked, and never left behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createDeferred, type Deferred } from "../../src/internal/deferred.ts";
import { findRuntime } from "../../tests/support/runtimes.ts";
import type { Answer, Ask } from "./asks.ts";
import type { RuntimeName } from "./system.ts";

/** How long one question may take: a peer may hang. */
const PATIENCE_MS = 60_000;

/** Deno looks for the packages of peers where they are installed, not where this project has its own. */
const RUN: Readonly<Record<RuntimeName, readonly string[]>> = {
  deno: [
    "run",
    "--quiet",
    "--allow-all",
    "--no-config",
    "--no-lock",
    "--node-modules-dir=manual",
    "--v8-flags=--expose-gc",
  ],
  bun: ["run"],
};

/** Which program to start, and how. */
export interface ProgramChoice {
  readonly file: URL;
  readonly runtime: RuntimeName;
  readonly args: readonly string[];
}

/** A program under a runtime; disposing of it kills it. */
export class Program implements AsyncDisposable {
  /** What it said first. */
  readonly first: Promise<string>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #answers: Map<number, Deferred<unknown>> = new Map();
  readonly #first: Deferred<string> = createDeferred();
  #asked = 0;
  #errors = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.first = this.#first.promise;
    this.first.catch(() => {
      // Whoever starts the program looks at it too.
    });
    this.#ended = new Promise<void>((resolve) => {
      child.on("error", (error) => this.#fail(error));
      child.on("close", (code) => {
        this.#fail(new Error(`Program ended with ${code}: ${this.#errors.trim().slice(-2000)}`));
        resolve();
      });
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#errors += text);
    // It is spawned with pipes.
    if (child.stdout === null) throw new Error("The program has no output");
    createInterface({ input: child.stdout }).on("line", (line) => this.#read(line));
  }

  /** Starts a program; settles when it is ready. */
  static async start({ file, runtime, args }: ProgramChoice): Promise<Program> {
    const path = fileURLToPath(file);
    const command = await findRuntime(runtime);
    const child = spawn(command, [...RUN[runtime], path, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const program = new Program(child);
    try {
      await program.#within(program.first, "start");
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
    return program;
  }

  /** Asks it something. */
  ask<T>(name: string, argument: unknown = null): Promise<T> {
    const ask: Ask = { id: this.#asked++, name, argument };
    const answer = createDeferred<unknown>();
    this.#answers.set(ask.id, answer);
    this.#child.stdin?.write(`${JSON.stringify(ask)}\n`);
    // Each question has one kind of answer.
    return this.#within(answer.promise, name) as Promise<T>;
  }

  /** Kills the program and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  async #within<T>(promise: Promise<T>, name: string): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const error = new Error(`No answer to "${name}" within ${PATIENCE_MS / 1000} s`);
      timer = setTimeout(() => reject(error), PATIENCE_MS);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #read(line: string): void {
    if (line.startsWith("ready")) return this.#first.resolve(line.slice("ready ".length));
    // A peer may print something of its own.
    if (!line.startsWith('{"id":')) return;
    const { id, answer, error } = JSON.parse(line) as Answer;
    const asked = this.#answers.get(id);
    this.#answers.delete(id);
    if (error === undefined) asked?.resolve(answer);
    else asked?.reject(new Error(error));
  }

  #fail(error: Error): void {
    this.#first.reject(error);
    for (const answer of this.#answers.values()) answer.reject(error);
    this.#answers.clear();
  }
}
