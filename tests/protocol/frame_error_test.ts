import { FrameError, framingError } from "../../src/protocol/frame_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("FrameError tells what calls end with and what the peer is told", () => {
  const error = new FrameError("Cannot decode PING: token is cut off", RpcStatus.INTERNAL, 4400);
  assert(error instanceof Error);
  assertEquals(error.name, "FrameError");
  assertEquals(error.message, "Cannot decode PING: token is cut off");
  assertEquals(error.code, RpcStatus.INTERNAL);
  assertEquals(error.closeCode, 4400);
});

test("framingError() ends the connection with 4400", () => {
  const error = framingError("x");
  assertEquals([error.message, error.code, error.closeCode], ["x", RpcStatus.INTERNAL, 4400]);
});
