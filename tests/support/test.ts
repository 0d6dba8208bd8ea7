/** Registers tests with the runner at hand: the same files run under Deno and under Bun. */

/** A test's body. */
export type TestBody = () => void | Promise<void>;

interface Runner {
  (name: string, body: TestBody): void;
  skip(name: string, body: TestBody): void;
}

/** The runtime that runs the tests. */
export const runtime: "deno" | "bun" = "Deno" in globalThis ? "deno" : "bun";

/** How long a test may take, on either runner. */
const TIMEOUT_MS = 120_000;

const runner: Runner = runtime === "deno" ? denoRunner() : await bunRunner();

/** Registers one test. */
export function test(name: string, body: TestBody): void {
  runner(name, body);
}

/** Registers a test that cannot run here; its name ends with the reason. */
export function skippedTest(name: string, reason: string): void {
  runner.skip(`${name} (skipped: ${reason})`, () => {});
}

function denoRunner(): Runner {
  const run = (name: string, fn: TestBody): void => Deno.test({ name, fn, timeout: TIMEOUT_MS });
  return Object.assign(run, {
    skip: (name: string, body: TestBody): void => Deno.test.ignore(name, body),
  });
}

async function bunRunner(): Promise<Runner> {
  // A name that is not a literal keeps Deno from resolving a module that only Bun has.
  const name: string = "bun:test";
  const bun = await import(name) as { test: Runner & ((...args: unknown[]) => void) };
  const { test: register } = bun;
  const run = (title: string, body: TestBody): void => register(title, body, TIMEOUT_MS);
  return Object.assign(run, { skip: register.skip });
}
