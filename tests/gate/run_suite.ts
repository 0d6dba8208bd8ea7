/** Runs one test suite as a program of its own and judges how it ended. */
import { setTimeout as delay } from "node:timers/promises";
import { NO_TESTS, type TestCounts } from "./summary.ts";

/** One run of one test runner. */
export interface Suite {
  /** What it tests; begins with the name of the runtime. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Finds the counts in everything that the runner said. */
  readonly parse: (output: string) => TestCounts | undefined;
  /** Whether it is no failure that every test was skipped; it is one unless given. */
  readonly maySkipAll?: boolean;
}

/** How to run a suite. */
export interface RunSuiteOptions {
  /** Variables beside those of this program; none unless given. */
  readonly env?: Readonly<Record<string, string>>;
  /** When a suite that hangs is killed; after 8 minutes unless given. */
  readonly limitMs?: number;
  /** Where everything that the suite says goes; where this program speaks unless given. */
  readonly sink?: Sink;
}

/** Takes bytes and says how many of them it took. */
export interface Sink {
  write(bytes: Uint8Array): Promise<number>;
}

// A suite takes well under a minute; one that hangs must not eat the patience of a build machine.
const SUITE_LIMIT_MS = 8 * 60_000;
const PIPE_LIMIT_MS = 3_000;

async function writeAll(sink: Sink, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await sink.write(bytes.subarray(sent));
}

/** What a program says: handed on as it comes, and kept. */
class Tee {
  #text = "";
  readonly #decoder = new TextDecoder();
  readonly #sink: Sink;
  /** Resolves at the end of the output. */
  readonly done: Promise<void>;

  constructor(from: ReadableStream<Uint8Array>, sink: Sink) {
    this.#sink = sink;
    this.done = this.#pump(from);
  }

  /** Everything up to now. */
  get text(): string {
    return this.#text;
  }

  async #pump(from: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of from) {
      this.#text += this.#decoder.decode(chunk, { stream: true });
      await writeAll(this.#sink, chunk);
    }
  }
}

/** What is wrong with the end of a suite; undefined when it ended well. */
function findProblem(
  suite: Suite,
  counts: TestCounts | undefined,
  end: number | "killed",
): string | undefined {
  if (end === "killed") return "killed, it took too long";
  if (counts === undefined) return `no summary found, exit code ${end}`;
  if (end !== 0 || counts.failed > 0) return `failed with exit code ${end}`;
  const ran = counts.passed + (suite.maySkipAll === true ? counts.skipped : 0);
  return ran === 0 ? "no test ran" : undefined;
}

/**
 * Runs a suite, showing what it says.
 *
 * @returns Its counts. Whatever the runner counted, a suite that did not end well, or in which no test
 *   ran, has at least one failure
 */
export async function runSuite(suite: Suite, options: RunSuiteOptions = {}): Promise<TestCounts> {
  const { env = {}, limitMs = SUITE_LIMIT_MS, sink } = options;
  const say = (line: string): Promise<void> =>
    writeAll(sink ?? Deno.stdout, new TextEncoder().encode(`\n=== ${line}\n`));
  await say(suite.name);
  const child = new Deno.Command(suite.command, {
    args: [...suite.args],
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const out = new Tee(child.stdout, sink ?? Deno.stdout);
  const err = new Tee(child.stderr, sink ?? Deno.stderr);
  const end = await waitFor(child, limitMs);
  // A program that a test left behind may hold the pipes open for ever.
  const patience = new AbortController();
  const { signal } = patience;
  const enough = delay(PIPE_LIMIT_MS, undefined, { signal }).catch(() => undefined);
  await Promise.race([Promise.all([out.done, err.done]), enough]);
  patience.abort();
  const counts = suite.parse(`${out.text}\n${err.text}`);
  const problem = findProblem(suite, counts, end);
  if (problem !== undefined) await say(`${suite.name}: ${problem}`);
  const { passed, failed, skipped } = counts ?? NO_TESTS;
  return { passed, failed: problem === undefined ? failed : Math.max(1, failed), skipped };
}

async function waitFor(child: Deno.ChildProcess, limitMs: number): Promise<number | "killed"> {
  let killed = false;
  const timer = setTimeout(() => {
    killed = true;
    child.kill("SIGKILL");
  }, limitMs);
  const { code } = await child.status;
  clearTimeout(timer);
  return killed ? "killed" : code;
}
