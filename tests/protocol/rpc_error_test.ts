import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { ODD_VALUES } from "../support/odd_values.ts";
import { test } from "../support/test.ts";

test("RpcError says its code first and keeps the plain message", () => {
  const error = new RpcError(RpcStatus.NOT_FOUND, "No such room");
  assertEquals(error.message, "[NOT_FOUND] No such room");
  assertEquals(error.rawMessage, "No such room");
  assertEquals(error.name, "RpcError");
  assert(error instanceof Error);
});

test("RpcError has no details, no trailers and may have run unless told otherwise", () => {
  const error = new RpcError(RpcStatus.INTERNAL, "x");
  assertEquals(error.details, []);
  assertEquals(error.trailers, RpcMetadata.empty);
  assertEquals(error.maybeExecuted, true);
  assertEquals("cause" in error, false);
});

test("RpcError keeps what its options say", () => {
  const details = [{ type: "google.rpc.RetryInfo", retryDelayMs: 5 }] as const;
  const trailers = RpcMetadata.from({ "x-a": "b" });
  const cause = new Error("why");
  const error = new RpcError(RpcStatus.UNAVAILABLE, "x", {
    details,
    trailers,
    maybeExecuted: false,
    cause,
  });
  assertEquals(error.details, details);
  assertEquals(error.trailers, trailers);
  assertEquals(error.maybeExecuted, false);
  assertEquals(error.cause, cause);
});

test("RpcError cannot be a success", () => {
  assertThrows(() => new RpcError(RpcStatus.OK, "x"), RangeError, "code is OK");
});

test("RpcError.from() gives an RpcError back as it is", () => {
  const error = new RpcError(RpcStatus.ABORTED, "x");
  assert(RpcError.from(error, RpcStatus.INTERNAL) === error);
});

test("RpcError.from() knows aborts and time-outs of the platform", () => {
  const abort = new DOMException("gone", "AbortError");
  assertEquals(RpcError.from(abort).code, RpcStatus.CANCELLED);
  assertEquals(RpcError.from(abort).cause, abort);
  const timeout = new DOMException("late", "TimeoutError");
  assertEquals(RpcError.from(timeout, RpcStatus.INTERNAL).code, RpcStatus.DEADLINE_EXCEEDED);
});

test("RpcError.from() takes anything else as a cause", () => {
  assertEquals(RpcError.from(new TypeError("bad")).message, "[UNKNOWN] bad");
  assertEquals(RpcError.from("text", RpcStatus.INTERNAL).message, "[INTERNAL] text");
  assertEquals(RpcError.from(undefined).rawMessage, "undefined");
  assertEquals(RpcError.from(undefined).cause, undefined);
});

test("RpcError.from() takes values that cannot become a text", () => {
  for (const [name, value, message] of ODD_VALUES) {
    const error = RpcError.from(value);
    assertEquals(error.rawMessage, message, name);
    assert(error.cause === value, name);
  }
});
