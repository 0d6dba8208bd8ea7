import { deadlineError, errorFromAbort } from "../../src/calls/abort.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("errorFromAbort() takes a reason that is an RpcError as it is", () => {
  const reason = new RpcError(RpcStatus.ABORTED, "Lost the race");
  assert(errorFromAbort(reason) === reason);
});

test("errorFromAbort() makes DEADLINE_EXCEEDED of a time-out", () => {
  const reason = new DOMException("Timed out", "TimeoutError");
  const error = errorFromAbort(reason);
  assertEquals([error.code, error.rawMessage], [RpcStatus.DEADLINE_EXCEEDED, "Deadline exceeded"]);
  assert(error.cause === reason);
});

test("errorFromAbort() makes CANCELLED of everything else, with the reason as cause", () => {
  const plain = new DOMException("This operation was aborted", "AbortError");
  for (const reason of [plain, new Error("Secret"), 42, null, "", { name: "TimeoutError" }]) {
    const error = errorFromAbort(reason);
    assertEquals([error.code, error.rawMessage], [RpcStatus.CANCELLED, "Call was cancelled"]);
    assertEquals(error.cause, reason);
  }
});

test("errorFromAbort() takes a text for the reason that the peer gets", () => {
  const error = errorFromAbort("User left");
  assertEquals([error.code, error.rawMessage], [RpcStatus.CANCELLED, "User left"]);
});

test("deadlineError() keeps its cause on this side", () => {
  const cause = new Error("Why");
  assertEquals(deadlineError().cause, undefined);
  assert(deadlineError(cause).cause === cause);
  assertEquals(deadlineError().code, RpcStatus.DEADLINE_EXCEEDED);
});
