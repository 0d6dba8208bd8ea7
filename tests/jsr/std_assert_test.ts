import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { skippedTest, test } from "../support/test.ts";
import { reach } from "./reach.ts";

/** What these tests use of `@std/assert`. */
interface StdAssert {
  assertEquals(actual: unknown, expected: unknown): void;
  assertInstanceOf(actual: unknown, type: typeof RpcError): void;
  assertRejects(
    body: () => Promise<unknown>,
    type: typeof RpcError,
    words: string,
  ): Promise<RpcError>;
  assertThrows(body: () => unknown, type: typeof RangeError, words: string): RangeError;
}

const { module: std, reason } = await reach<StdAssert>("@std/assert");

function testWithStd(name: string, body: (std: StdAssert) => void | Promise<void>): void {
  if (std === undefined) skippedTest(name, reason);
  else test(name, () => body(std));
}

testWithStd(
  "assertRejects() of @std/assert recognises an RpcError and its message",
  async (std) => {
    const refuse = (): Promise<never> =>
      Promise.reject(new RpcError(RpcStatus.NOT_FOUND, "No such room"));
    const error = await std.assertRejects(refuse, RpcError, "[NOT_FOUND] No such room");
    std.assertEquals(error.code, RpcStatus.NOT_FOUND);
    std.assertEquals(error.rawMessage, "No such room");
  },
);

testWithStd("assertInstanceOf() of @std/assert accepts what RpcError.from() makes", (std) => {
  const error = RpcError.from(new DOMException("gone", "AbortError"));
  std.assertInstanceOf(error, RpcError);
  std.assertEquals(error.code, RpcStatus.CANCELLED);
});

testWithStd("assertThrows() of @std/assert recognises a mistake in the use of RpcError", (std) => {
  std.assertThrows(() => new RpcError(RpcStatus.OK, "fine"), RangeError, "code is OK");
});
