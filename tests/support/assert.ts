import assert from "node:assert/strict";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { formatStatus, type RpcStatusCode } from "../../src/protocol/status.ts";

/** Fails unless both are deeply and strictly equal; `-0` and `0` differ, `NaN` equals itself. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assert.deepStrictEqual(actual, expected, message);
}

/** Fails unless `condition` is true. */
export function assert_(condition: unknown, message = "condition is false"): asserts condition {
  if (!condition) throw new assert.AssertionError({ message });
}
export { assert_ as assert };

/** Fails unless `body` throws an error of `type` whose message contains `words`; returns it. */
export function assertThrows<E extends Error>(
  body: () => unknown,
  // deno-lint-ignore no-explicit-any
  type: new (...args: any[]) => E,
  words = "",
): E {
  try {
    body();
  } catch (error) {
    return checkError(error, type, words);
  }
  throw new assert.AssertionError({ message: `nothing was thrown, expected ${type.name}` });
}

/** Fails unless `promise` rejects with an error of `type` whose message contains `words`. */
export async function assertRejects<E extends Error>(
  promise: Promise<unknown>,
  // deno-lint-ignore no-explicit-any
  type: new (...args: any[]) => E,
  words = "",
): Promise<E> {
  try {
    await promise;
  } catch (error) {
    return checkError(error, type, words);
  }
  throw new assert.AssertionError({ message: `nothing was rejected, expected ${type.name}` });
}

/** Fails unless `promise` rejects with an `RpcError` of this status. */
export async function assertStatus(
  promise: Promise<unknown>,
  code: RpcStatusCode,
  words = "",
): Promise<RpcError> {
  const error = await assertRejects(promise, RpcError, words);
  assert_(
    error.code === code,
    `status is ${formatStatus(error.code)}, expected ${formatStatus(code)}: ${error.message}`,
  );
  return error;
}

function checkError<E extends Error>(
  error: unknown,
  // deno-lint-ignore no-explicit-any
  type: new (...args: any[]) => E,
  words: string,
): E {
  if (!(error instanceof type)) {
    throw new assert.AssertionError({ message: `expected ${type.name}, got ${String(error)}` });
  }
  assert_(error.message.includes(words), `"${error.message}" does not contain "${words}"`);
  return error;
}
