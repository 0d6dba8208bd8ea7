/** Registers tests with the runner at hand: the same files run under Deno and under Bun. */

/** A test's body. */
export type TestBody = () => void | Promise<void>;

interface Runner {
  (name: string, body: TestBody): void;
  skip(name: string, body: TestBody): void;
}

/** The runtime that runs the tests. */
export const runtime: "deno" | "bun" = "Deno" in globalThis ? "deno" : "bun";

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
  const run = (name: string, body: TestBody): void => Deno.test(name, body);
  return Object.assign(run, {
    skip: (name: string, body: TestBody): void => Deno.test.ignore(name, body),
  });
}

async function bunRunner(): Promise<Runner> {
  // A name that is not a literal keeps Deno from resolving a module that only Bun has.
  const name: string = "bun:test";
  const module = await import(name) as { test: Runner & ((...args: unknown[]) => void) };
  const run = (title: string, body: TestBody): void => module.test(title, body, 120_000);
  return Object.assign(run, { skip: module.test.skip });
}
