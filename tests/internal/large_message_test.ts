import {
  hasHeadroom,
  HEADROOM_BYTES,
  ownLargeMessage,
  releaseLargeMessage,
  takeLargeMemory,
} from "../../src/internal/large_message.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

const KIB = 1024;

function createMessage(bytes: number): Uint8Array<ArrayBuffer> {
  const memory = takeLargeMemory(bytes);
  return ownLargeMessage(memory, memory.subarray(HEADROOM_BYTES, HEADROOM_BYTES + bytes));
}

test("takeLargeMemory() has room for the message and for a head before it", () => {
  for (const bytes of [10 * KIB, 64 * KIB, 128 * KIB, 300 * KIB]) {
    assert(takeLargeMemory(bytes).length >= bytes + HEADROOM_BYTES);
  }
});

test("hasHeadroom() holds for owned messages and their parts, and for nothing else", () => {
  const message = createMessage(64 * KIB);
  assert(hasHeadroom(message) && hasHeadroom(message.subarray(1000)));
  assert(!hasHeadroom(message.slice()), "a copy belongs to somebody else");
  const around = new Uint8Array(message.buffer, 0, 100);
  assert(!hasHeadroom(around), "there is nothing before the first byte");
});

test("releaseLargeMessage() gives the memory back once", () => {
  const message = createMessage(100 * KIB);
  const { buffer } = message;
  releaseLargeMessage(message);
  assert(!hasHeadroom(message));
  assert(takeLargeMemory(100 * KIB).buffer === buffer);
  releaseLargeMessage(message);
  assert(takeLargeMemory(100 * KIB).buffer !== buffer);
});

test("releaseLargeMessage() leaves messages alone that nobody owns", () => {
  const bytes = new Uint8Array(128 * KIB);
  releaseLargeMessage(bytes);
  assert(takeLargeMemory(100 * KIB).buffer !== bytes.buffer);
  assertEquals(bytes.length, 128 * KIB);
});
