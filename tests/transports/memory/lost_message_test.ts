import {
  isMessageCarrier,
  type MessageCarrier,
  withoutMessage,
} from "../../../src/transports/memory/lost_message.ts";
import { assertEquals } from "../../support/assert.ts";
import { openFrame, statusFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

const MESSAGE = new Uint8Array(1);

test("isMessageCarrier() tells frames with a message from all others", () => {
  assertEquals(isMessageCarrier(openFrame({ message: MESSAGE })), true);
  assertEquals(isMessageCarrier(statusFrame({ message: MESSAGE })), true);
  assertEquals(isMessageCarrier(openFrame()), false);
  assertEquals(isMessageCarrier(statusFrame()), false);
  assertEquals(isMessageCarrier({ kind: "halfClose", streamId: 1, messages: 0 }), false);
});

test("withoutMessage() leaves a mark in the place of a message, so that its credit returns", () => {
  const frame: MessageCarrier = {
    kind: "message",
    streamId: 5,
    message: 1,
    more: false,
    compressed: false,
  };
  assertEquals(withoutMessage(frame), [{ kind: "lost", streamId: 5 }]);
});

test("withoutMessage() keeps the count of a status", () => {
  const frame = statusFrame({ message: MESSAGE, messages: 3 });
  assertEquals(withoutMessage(frame), [statusFrame({ messages: 3 })]);
});

test("withoutMessage() lets an opening be counted where it was the end", () => {
  const open = openFrame({ message: MESSAGE });
  assertEquals(withoutMessage(open), [openFrame()]);
  assertEquals(withoutMessage({ ...open, end: true }), [
    openFrame(),
    { kind: "halfClose", streamId: 1, messages: 1 },
  ]);
});
