import { withExecuted } from "../../src/protocol/executed.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("withExecuted() gives the same error back that says so already", () => {
  for (const maybeExecuted of [true, false]) {
    const error = new RpcError(RpcStatus.ABORTED, "Lost a race", { maybeExecuted });
    assert(withExecuted(error, maybeExecuted) === error);
  }
});

test("withExecuted() makes an error that says it, with code, text, details and cause", () => {
  const details = [{ type: "google.rpc.RetryInfo", retryDelayMs: 5 }] as const;
  const error = new RpcError(RpcStatus.ABORTED, "Lost a race", { details, cause: "why" });
  const { code, rawMessage, cause, maybeExecuted, ...rest } = withExecuted(error, false);
  assertEquals([code, rawMessage, cause, maybeExecuted], [10, "Lost a race", "why", false]);
  assertEquals(rest.details, details);
});
