import {
  giveUpMessage,
  keepLargeMemory,
  LARGE_BYTES,
  reuseMessage,
  takeLargeMemory,
} from "../../src/internal/large_memory.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

const KIB = 1024;
const MIB = KIB * KIB;

test("takeLargeMemory() gives at most an eighth more than is asked for", () => {
  for (let bytes = 1; bytes < 100 * MIB; bytes = Math.ceil(bytes * 1.3)) {
    const { length } = takeLargeMemory(bytes);
    assert(length >= bytes && length <= Math.ceil(bytes * 9 / 8), `${length} for ${bytes}`);
  }
});

test("takeLargeMemory() gives memory that was kept, once, and only what is of the right size", () => {
  const memory = takeLargeMemory(100 * KIB);
  keepLargeMemory(memory);
  assert(takeLargeMemory(50 * KIB) !== memory);
  assert(takeLargeMemory(200 * KIB) !== memory);
  assert(takeLargeMemory(100 * KIB - 1) === memory);
  assert(takeLargeMemory(100 * KIB) !== memory);
});

test("keepLargeMemory() keeps neither small nor huge memory, nor what was given away or came from elsewhere", () => {
  const given = takeLargeMemory(80 * KIB);
  structuredClone(given.buffer, { transfer: [given.buffer] });
  keepLargeMemory(given);
  assert(takeLargeMemory(80 * KIB).length >= 80 * KIB);
  const odd = new Uint8Array(73 * KIB);
  keepLargeMemory(odd);
  assert(takeLargeMemory(73 * KIB) !== odd, "nobody would ask for so much");
  for (const bytes of [LARGE_BYTES / 2, 3 * MIB]) {
    const memory = takeLargeMemory(bytes);
    keepLargeMemory(memory);
    assert(takeLargeMemory(bytes) !== memory, `${bytes} bytes were kept`);
  }
});

test("keepLargeMemory() drops what has waited longest, above 4 MiB", () => {
  for (const [bytes, most] of [[256 * KIB, 16], [MIB, 4]] as const) {
    const pieces = Array.from({ length: 20 }, () => takeLargeMemory(bytes));
    for (const piece of pieces) keepLargeMemory(piece);
    const again = Array.from({ length: 20 }, () => takeLargeMemory(bytes));
    assertEquals(again.slice(0, most), pieces.slice(-most).reverse());
    assertEquals(again.filter((piece) => pieces.includes(piece)).length, most);
  }
});

test("reuseMessage() keeps all memory of a message that was given up, once", () => {
  const memory = takeLargeMemory(72 * KIB);
  const message = memory.subarray(16, 70 * KIB);
  reuseMessage(message);
  assert(takeLargeMemory(72 * KIB).buffer !== memory.buffer, "nobody has given it up");
  giveUpMessage(message, keepLargeMemory);
  // A part is not the message.
  reuseMessage(message.subarray(0, 40 * KIB));
  assert(takeLargeMemory(72 * KIB).buffer !== memory.buffer);
  reuseMessage(message);
  reuseMessage(message);
  const again = takeLargeMemory(72 * KIB);
  assert(again.buffer === memory.buffer && again.length === memory.length);
  assert(takeLargeMemory(72 * KIB).buffer !== memory.buffer, "it was kept twice");
});
