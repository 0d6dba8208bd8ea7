/** Runs one case on connections of its own. */
import { assert } from "../support/assert.ts";
import type { InteropCase } from "./cases.ts";
import { InteropConnections, type InteropTarget } from "./context.ts";

/** How a case ended. */
export interface InteropResult {
  readonly name: string;
  /** How long it took, in whole milliseconds. */
  readonly ms: number;
  /** Why it failed, in one line; undefined when it passed. */
  readonly reason: string | undefined;
}

/** How to run a case. */
export interface RunCaseOptions {
  readonly body: InteropCase;
  /** When a case that hangs has failed; after a minute unless given. */
  readonly limitMs?: number;
}

const LIMIT_MS = 60_000;

/** Runs a case; never rejects. */
export async function runCase(
  name: string,
  target: InteropTarget,
  { body, limitMs = LIMIT_MS }: RunCaseOptions,
): Promise<InteropResult> {
  const begin = performance.now();
  const reason = await findReason(target, body, limitMs);
  return { name, ms: Math.round(performance.now() - begin), reason };
}

/** The line that the client program prints. */
export function formatResult({ name, ms, reason }: InteropResult): string {
  return reason === undefined ? `PASS ${name} (${ms} ms)` : `FAIL ${name}: ${reason}`;
}

/** The last line of the client program. */
export function formatTotal(results: readonly InteropResult[]): string {
  const failed = results.filter(({ reason }) => reason !== undefined).length;
  return `${results.length - failed} passed, ${failed} failed`;
}

async function findReason(
  target: InteropTarget,
  body: InteropCase,
  limitMs: number,
): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${limitMs} ms`)), limitMs);
  });
  try {
    await using connections = new InteropConnections(target);
    await Promise.race([body(connections.context), late]);
    const { leftovers } = connections;
    assert(leftovers === 0, `${leftovers} calls and streams were left open`);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.replace(/\s+/g, " ").trim();
  } finally {
    clearTimeout(timer);
  }
}
