import { hasHeadroom, HEADROOM_BYTES, markHeadroom } from "../../src/internal/headroom.ts";
import { assert } from "../support/assert.ts";
import { test } from "../support/test.ts";

function createMessage(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(HEADROOM_BYTES + bytes).subarray(HEADROOM_BYTES);
}

test("hasHeadroom() holds for a message that was marked, and for its first part", () => {
  const message = markHeadroom(createMessage(1000));
  assert(hasHeadroom(message) && hasHeadroom(message.subarray(0, 10)));
});

test("hasHeadroom() does not hold where bytes of the message are in front", () => {
  const message = markHeadroom(createMessage(1000));
  assert(!hasHeadroom(message.subarray(1)) && !hasHeadroom(message.subarray(500)));
  assert(!hasHeadroom(new Uint8Array(message.buffer)));
});

test("hasHeadroom() does not hold for memory that nobody marked", () => {
  assert(!hasHeadroom(createMessage(1000)));
  assert(!hasHeadroom(markHeadroom(createMessage(1000)).slice()));
});
