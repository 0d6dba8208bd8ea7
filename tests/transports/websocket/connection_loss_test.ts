import { RpcStatus } from "../../../src/protocol/status.ts";
import { lossByTimeout } from "../../../src/transports/connection/loss.ts";
import { toConnectionLoss } from "../../../src/transports/websocket/connection_loss.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("toConnectionLoss() tells what the calls were told, and who ended the connection", () => {
  const { error, closeCode, by } = toConnectionLoss(lossByTimeout(500));
  assertEquals([error.code, error.maybeExecuted, closeCode, by], [
    RpcStatus.UNAVAILABLE,
    true,
    4408,
    "us",
  ]);
  assertEquals(error.rawMessage, "Connection was not established within 500 ms");
});
