/** One of the programs, started by a test and never left behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findRuntime, runArguments, type RuntimeName } from "../support/runtimes.ts";

/** A program that hangs is killed before the patience of the test runner ends. */
const LIMIT_MS = 90_000;

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** A program that is running; disposing of it kills it. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #waiting: Set<() => void> = new Set();
  #output = "";
  #errors = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    this.#ended = new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code));
    }).finally(() => clearTimeout(timer));
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
      for (const look of this.#waiting) look();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#errors += text);
  }

  /** Starts a program of this folder under a runtime. */
  static async start(
    runtime: RuntimeName,
    file: string,
    args: readonly string[],
  ): Promise<Program> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const command = await findRuntime(runtime);
    const child = spawn(command, [...runArguments(runtime, path), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new Program(child);
  }

  /**
   * The first whole line that matches.
   *
   * @throws {Error} When the program ends without one
   */
  async waitForLine(pattern: RegExp): Promise<RegExpExecArray> {
    let stop = (): void => {};
    const line = new Promise<RegExpExecArray>((resolve) => {
      const look = (): void => {
        const match = this.#output.split("\n").slice(0, -1).map((text) => pattern.exec(text))
          .find((found) => found !== null);
        if (match) resolve(match);
      };
      this.#waiting.add(look);
      stop = () => this.#waiting.delete(look);
      look();
    });
    const end = this.#ended.then((code) => {
      throw new Error(`The program ended with ${code}: ${this.#output}${this.#errors}`);
    });
    try {
      return await Promise.race([line, end]);
    } finally {
      stop();
      // It ends some time, whether or not its line came.
      end.catch(() => {});
    }
  }

  /** Waits for the end. */
  async waitForEnd(): Promise<ProgramEnd> {
    const code = await this.#ended;
    const lines = this.#output.split("\n").filter((line) => line !== "");
    return { code, lines, errors: this.#errors };
  }

  /** Kills the program and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
