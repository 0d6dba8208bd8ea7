/** A program of the fault tests: started, asked, and never left behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createDeferred, type Deferred } from "../../src/internal/deferred.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import { findRuntime, runArguments, type RuntimeName } from "../support/runtimes.ts";
import type { Answer, Ask } from "./asks.ts";
import type {
  CallReport,
  FlowRequest,
  MemoryReport,
  ServerState,
  UploadProgress,
} from "./contract.ts";
import { eventually } from "./wait.ts";

/** A program that hangs is killed before the patience of the test runner ends. */
const LIMIT_MS = 110_000;

/** An adapter under a runtime. */
export interface ServerKind {
  readonly runtime: RuntimeName;
  readonly adapter: "deno" | "bun" | "hono";
}

/** Every adapter on every runtime that it is for, those of the runtimes themselves first. */
export const SERVERS: readonly ServerKind[] = [
  { runtime: "deno", adapter: "deno" },
  { runtime: "bun", adapter: "bun" },
  { runtime: "deno", adapter: "hono" },
  { runtime: "bun", adapter: "hono" },
];

/** The name of a server in the names of tests. */
export function nameOf({ runtime, adapter }: ServerKind): string {
  return adapter === "hono" ? `Hono on ${runtime}` : runtime;
}

/** Starts a program of this folder. */
async function launch(
  runtime: RuntimeName,
  file: string,
  args: readonly string[],
): Promise<ChildProcess> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const command = await findRuntime(runtime);
  const [run = "run", ...rest] = runArguments(runtime, path);
  // Bun gives its collector to everybody.
  const flags = runtime === "deno" ? ["--v8-flags=--expose-gc"] : [];
  return spawn(command, [run, ...flags, ...rest, ...args], { stdio: ["pipe", "pipe", "pipe"] });
}

/** A program that answers questions; disposing of it kills it. */
class Remote implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #answers: Map<number, Deferred<unknown>> = new Map();
  readonly #first: Deferred<string> = createDeferred();
  #asked = 0;
  #errors = "";

  protected constructor(child: ChildProcess) {
    this.#child = child;
    const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    this.#ended = new Promise<void>((resolve) => {
      child.on("error", (error) => this.#fail(error));
      child.on("close", (code) => {
        clearTimeout(timer);
        this.#fail(new Error(`The program ended with ${code}: ${this.#errors}`));
        resolve();
      });
    });
    this.#first.promise.catch(() => {
      // Whoever starts the program looks at it too.
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#errors += text);
    // It is spawned with pipes.
    if (child.stdout === null) throw new Error("The program has no output");
    createInterface({ input: child.stdout }).on("line", (line) => this.#read(line));
  }

  /** The line that it says first. */
  protected get first(): Promise<string> {
    return this.#first.promise;
  }

  /** Asks it something. */
  protected ask<T>(name: string, argument: unknown = null): Promise<T> {
    const ask: Ask = { id: this.#asked++, name, argument };
    const answer = createDeferred<unknown>();
    this.#answers.set(ask.id, answer);
    this.#child.stdin?.write(`${JSON.stringify(ask)}\n`);
    // Each question has one kind of answer.
    return answer.promise as Promise<T>;
  }

  /** What it holds. */
  memory(): Promise<MemoryReport> {
    return this.ask("memory");
  }

  /** Stops it without a word; the machine tells its peers. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Kills the program and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.#ended;
  }

  #read(line: string): void {
    if (!line.startsWith("{")) return this.#first.resolve(line);
    const { id, answer } = JSON.parse(line) as Answer;
    this.#answers.get(id)?.resolve(answer);
    this.#answers.delete(id);
  }

  #fail(error: Error): void {
    this.#first.reject(error);
    for (const answer of this.#answers.values()) answer.reject(error);
    this.#answers.clear();
  }
}

/** A server of the fault tests. */
export class ServerProgram extends Remote {
  /** Where it serves. */
  url = "";

  /** Starts one; it listens when this settles. */
  static async start(
    { runtime, adapter }: ServerKind,
    limits: Partial<RpcLimits> = {},
  ): Promise<ServerProgram> {
    const args = ["--adapter", adapter, "--limits", JSON.stringify(limits)];
    const program = new ServerProgram(await launch(runtime, "./server.ts", args));
    program.url = (await program.first).replace("listening ", "");
    return program;
  }

  /** Bare sockets that send so many messages of so many bytes. */
  rawUrl({ items, bytes }: Pick<FlowRequest, "items" | "bytes">): string {
    return new URL(`/raw?items=${items}&bytes=${bytes}`, this.url).href;
  }

  /** How it is doing. */
  state(): Promise<ServerState> {
    return this.ask("state");
  }

  /** What it knows of one call; nothing has happened on a call that it does not know. */
  async call(name: string): Promise<CallReport> {
    const { calls } = await this.state();
    return calls[name] ?? { produced: 0, taken: 0, aborted: undefined };
  }

  /** Lets an upload that holds go on. */
  release(name: string): Promise<void> {
    return this.ask("release", name);
  }
}

/** A client of the fault tests that uploads. */
export class ClientProgram extends Remote {
  /** Starts one; it connects at once. */
  static async start(
    runtime: RuntimeName,
    url: string,
    limits: Partial<RpcLimits> = {},
  ): Promise<ClientProgram> {
    const args = ["--url", url, "--limits", JSON.stringify(limits)];
    const program = new ClientProgram(await launch(runtime, "./client.ts", args));
    await program.first;
    return program;
  }

  /** Begins an upload; what becomes of it is in the report. */
  upload(request: FlowRequest): Promise<void> {
    return this.ask("upload", request);
  }

  /** How its upload has ended. */
  uploaded(): Promise<UploadProgress> {
    return eventually(
      () => this.progress(),
      ({ reply, error }) => reply !== undefined || error !== "",
    );
  }

  /** How its upload is doing. */
  progress(): Promise<UploadProgress> {
    return this.ask("progress");
  }
}
