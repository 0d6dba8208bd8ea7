import { FrameError } from "../../../src/protocol/frame_error.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import {
  errorFromLoss,
  lossByClose,
  lossByProtocol,
  lossByReplacement,
  lossBySending,
  lossByTimeout,
  lossFromClose,
  lossFromError,
  lossFromFault,
} from "../../../src/transports/connection/loss.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("lossFromClose() takes 1006 and 0 without a reason for a lost network", () => {
  for (const code of [0, 1006]) {
    const loss = lossFromClose({ code, reason: "", wasClean: false, cause: undefined });
    assertEquals([loss.code, loss.text], [RpcStatus.UNAVAILABLE, "Connection was lost"]);
    assertEquals([loss.closeCode, loss.by], [code, "network"]);
  }
});

test("lossFromClose() shows code and reason of the peer", () => {
  const loss = lossFromClose({ code: 1008, reason: "no token", wasClean: true, cause: undefined });
  assertEquals(loss.code, RpcStatus.PERMISSION_DENIED);
  assertEquals(loss.text, "WebSocket closed by peer with code 1008: no token");
  assertEquals(loss.by, "peer");
  const silent = lossFromClose({ code: 1001, reason: "", wasClean: true, cause: undefined });
  assertEquals(silent.text, "WebSocket closed by peer with code 1001");
});

test("lossFromClose() tells a reset that a platform calls 1002 from a peer that objects", () => {
  const reset = lossFromClose({ code: 1002, reason: "", wasClean: false, cause: undefined });
  const refusal = lossFromClose({ code: 1002, reason: "", wasClean: true, cause: undefined });
  assertEquals([reset.code, refusal.code], [RpcStatus.UNAVAILABLE, RpcStatus.INTERNAL]);
});

test("errorFromLoss() keeps the cause and says whether the call may have run", () => {
  const cause = new Error("reset");
  const loss = lossFromClose({ code: 1006, reason: "", wasClean: false, cause });
  const error = errorFromLoss(loss, false);
  assert(error.cause === cause);
  assertEquals([error.code, error.maybeExecuted], [RpcStatus.UNAVAILABLE, false]);
  assertEquals(errorFromLoss(loss, true).maybeExecuted, true);
});

test("lossFromError() takes status and words of the error", () => {
  const error = new RpcError(RpcStatus.INTERNAL, "Bad frame");
  const { code, text, closeCode, by, cause } = lossFromError(error, 4400);
  assertEquals([code, text, closeCode, by], [RpcStatus.INTERNAL, "Bad frame", 4400, "us"]);
  assert(cause === error);
});

test("lossByReplacement() and lossByClose() close normally and differ in status", () => {
  const [replaced, closed] = [lossByReplacement(), lossByClose()];
  assertEquals([replaced.closeCode, closed.closeCode], [1000, 1000]);
  assertEquals([replaced.code, closed.code], [RpcStatus.UNAVAILABLE, RpcStatus.CANCELLED]);
});

test("lossFromFault() takes status and close code of a frame error, and 4400 for the rest", () => {
  const known = lossFromFault(new FrameError("Too large", RpcStatus.INTERNAL, 4413));
  assertEquals([known.code, known.text, known.closeCode], [RpcStatus.INTERNAL, "Too large", 4413]);
  const other = lossFromFault(new TypeError("a slip"));
  assertEquals([other.code, other.closeCode, other.by], [RpcStatus.INTERNAL, 4400, "us"]);
});

test("lossByProtocol() names both sub-protocols", () => {
  const { code, text, closeCode } = lossByProtocol("chat", "rpc-ts.v1");
  assertEquals([code, closeCode], [RpcStatus.FAILED_PRECONDITION, 4400]);
  assertEquals(text, 'Peer chose sub-protocol "chat", expected "rpc-ts.v1"');
});

test("lossByTimeout() is a loss that may be tried again", () => {
  const { code, text, closeCode } = lossByTimeout(30);
  assertEquals([code, closeCode], [RpcStatus.UNAVAILABLE, 4408]);
  assertEquals(text, "Connection was not established within 30 ms");
});

test("lossBySending() is a silence of the peer, whatever the socket said", () => {
  const full = new RpcError(RpcStatus.RESOURCE_EXHAUSTED, "Peer does not read");
  for (const error of [full, new Error("Peer does not read")]) {
    const { code, text, closeCode, by } = lossBySending(error);
    assertEquals([code, text, closeCode, by], [
      RpcStatus.UNAVAILABLE,
      "Peer does not read",
      4408,
      "us",
    ]);
  }
});
