import {
  outboundMessage,
  replaceMessage,
  waitingBytesOf,
} from "../../../src/transports/connection/outbound_message.ts";
import type { OutboundStatus } from "../../../src/transports/connection/stream_state.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { statusFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

test("waitingBytesOf() counts what is left of a message, alone or with its status", () => {
  const message = new Uint8Array(100);
  const status = statusFrame({ message });
  assertEquals(waitingBytesOf(outboundMessage(message)), 100);
  assertEquals(waitingBytesOf(outboundMessage(message, { offset: 60 })), 40);
  assertEquals(waitingBytesOf({ kind: "outboundStatus", status, deflation: undefined }), 100);
  assertEquals(waitingBytesOf(status), 100);
  assertEquals(waitingBytesOf({ kind: "halfClose", streamId: 1, messages: 1 }), 0);
});

test("replaceMessage() puts a compressed message in place of another, alone or with its status", () => {
  const small = new Uint8Array(10);
  const outbound = outboundMessage(new Uint8Array(100));
  replaceMessage(outbound, small);
  assert(outbound.message === small && outbound.compressed);
  const status = statusFrame({ message: new Uint8Array(100) });
  const last: OutboundStatus = { kind: "outboundStatus", status, deflation: undefined };
  replaceMessage(last, small);
  assertEquals(last.status, { ...status, message: small, compressed: true });
  assertEquals(status.message?.length, 100);
});
