import { RpcStatus } from "../../../src/protocol/status.ts";
import {
  endedByCaller,
  endedByServer,
  streamEndedError,
} from "../../../src/transports/connection/end_reason.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("The reasons of an end name the stream, and who ended it", () => {
  const reasons = [streamEndedError, endedByServer, endedByCaller].map((create) => create(7));
  assertEquals(reasons.map(({ code, rawMessage }) => [code, rawMessage]), [
    [RpcStatus.FAILED_PRECONDITION, "Cannot send on stream 7: the stream is not open"],
    [RpcStatus.CANCELLED, "Cannot send on stream 7: the peer ended the call"],
    [RpcStatus.CANCELLED, "Cannot send on stream 7: the caller gave the call up"],
  ]);
});
