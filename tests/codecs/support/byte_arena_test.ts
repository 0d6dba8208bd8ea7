import { ByteArena } from "../../../src/codecs/support/byte_arena.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

function write(arena: ByteArena, length: number, value: number): void {
  arena.reserve(length);
  arena.bytes.fill(value, arena.position, arena.position + length);
  arena.position += length;
}

function message(arena: ByteArena, length: number, value: number): Uint8Array<ArrayBuffer> {
  write(arena, length, value);
  return arena.take();
}

test("ByteArena hands out messages that no later one changes", () => {
  const arena = new ByteArena();
  const sizes = [0, 1, 100, 8191, 8192, 8193, 16384, 32767, 32768, 32769, 100_000];
  const taken = Array.from({ length: 300 }, (_, count) => {
    const length = sizes[count % sizes.length] ?? 0;
    return { length, value: count % 256, bytes: message(arena, length, count) };
  });
  for (const { length, value, bytes } of taken) {
    assertEquals(bytes.length, length);
    assert(bytes.every((byte) => byte === value));
  }
});

test("ByteArena lets small messages share memory", () => {
  const arena = new ByteArena();
  const [first, second] = [message(arena, 10, 1), message(arena, 10, 2)];
  assert(first.buffer === second.buffer);
  assertEquals(second.byteOffset, 10);
});

test("ByteArena gives a large message memory of its own, hardly more than it needs", () => {
  const arena = new ByteArena();
  const small = message(arena, 10, 1);
  const large = message(arena, 1_000_000, 2);
  assert(large.buffer.byteLength <= large.length * 1.25);
  // The next small one goes where the first was.
  assert(message(arena, 10, 3).buffer === small.buffer);
});

test("ByteArena copies a large message that left much of its memory unused", () => {
  const arena = new ByteArena();
  arena.reserve(1_000_000);
  arena.position += 20_000;
  assertEquals(arena.take().buffer.byteLength, 20_000);
});

test("ByteArena keeps what was written when it grows, many times over", () => {
  const arena = new ByteArena();
  message(arena, 32_000, 9);
  for (let count = 0; count < 50_000; count++) write(arena, 1, count);
  assertEquals(arena.length, 50_000);
  const bytes = arena.take();
  assert(bytes.every((byte, index) => byte === index % 256));
});

test("ByteArena.at() finds a byte again after it has grown", () => {
  const arena = new ByteArena();
  message(arena, 32_760, 9);
  write(arena, 4, 1);
  const mark = arena.length;
  write(arena, 100_000, 2);
  assertEquals([arena.bytes[arena.at(mark) - 1], arena.bytes[arena.at(mark)]], [1, 2]);
});

test("ByteArena.discard() forgets a message, small or large", () => {
  const arena = new ByteArena();
  const before = message(arena, 10, 1);
  for (const length of [20, 100_000]) {
    write(arena, length, 2);
    arena.discard();
    assertEquals(arena.length, 0);
  }
  const after = message(arena, 5, 3);
  assert(after.buffer === before.buffer && after.byteOffset === 10);
  assertEquals([...before, ...after], [...new Array(10).fill(1), ...new Array(5).fill(3)]);
});

test("ByteArena begins anew when its memory was given away", () => {
  const arena = new ByteArena();
  const { buffer } = message(arena, 10, 1);
  structuredClone(buffer, { transfer: [buffer] });
  assertEquals([...message(arena, 3, 7)], [7, 7, 7]);
});

test("ByteArena uses the memory again of what it has copied or forgotten", () => {
  const arena = new ByteArena();
  write(arena, 500_000, 1);
  const forgotten = arena.bytes;
  arena.discard();
  arena.reserve(500_000);
  assert(arena.bytes === forgotten);
  arena.position += 20_000;
  const copied = arena.take();
  assert(copied.buffer !== forgotten.buffer);
  write(arena, 500_000, 2);
  assert(arena.bytes === forgotten);
  write(arena, 500_000, 3);
  assert(arena.bytes !== forgotten);
  const grown = arena.take();
  write(arena, 500_000, 4);
  assert(arena.bytes === forgotten, "it was left behind when the message grew");
  assertEquals([grown[0], grown.at(-1)], [2, 3]);
});
