import { ByteWriter, varintLength } from "../../src/internal/byte_writer.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

/** Numbers at every change of length, with the bytes that LEB128 has for them. */
const VARINTS: readonly (readonly [number, string])[] = [
  [0, "00"],
  [1, "01"],
  [127, "7f"],
  [128, "80 01"],
  [16383, "ff 7f"],
  [16384, "80 80 01"],
  [2 ** 21 - 1, "ff ff 7f"],
  [2 ** 21, "80 80 80 01"],
  [2 ** 28 - 1, "ff ff ff 7f"],
  [2 ** 28, "80 80 80 80 01"],
  [2 ** 31 - 1, "ff ff ff ff 07"],
  [2 ** 31, "80 80 80 80 08"],
  [2 ** 32, "80 80 80 80 10"],
  [2 ** 35 - 1, "ff ff ff ff 7f"],
  [2 ** 35, "80 80 80 80 80 01"],
  [2 ** 42 - 1, "ff ff ff ff ff 7f"],
  [2 ** 42, "80 80 80 80 80 80 01"],
  [2 ** 49 - 1, "ff ff ff ff ff ff 7f"],
  [2 ** 49, "80 80 80 80 80 80 80 01"],
  [Number.MAX_SAFE_INTEGER, "ff ff ff ff ff ff ff 0f"],
];

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

test("ByteWriter.varint() writes LEB128 in its shortest form", () => {
  for (const [value, expected] of VARINTS) {
    const out = new ByteWriter(1);
    out.varint(value);
    assertEquals(hex(out.take()), expected, `${value}`);
  }
});

test("varintLength() is the number of bytes that varint() writes", () => {
  for (const [value, expected] of VARINTS) {
    assertEquals(varintLength(value), expected.split(" ").length, `${value}`);
  }
});

test("ByteWriter.varint() refuses what is not an unsigned integer up to 2^53 - 1", () => {
  for (const value of [-1, NaN, Infinity, 2 ** 53]) {
    const out = new ByteWriter();
    assertThrows(() => out.varint(value), RangeError, String(value));
    assertEquals(out.length, 0);
  }
});

test("ByteWriter grows from nothing and keeps what was written", () => {
  const out = new ByteWriter(0);
  const expected: number[] = [];
  for (let value = 0; value < 100_000; value++) {
    out.byte(value & 0xff);
    expected.push(value & 0xff);
  }
  assertEquals(out.length, 100_000);
  assertEquals(out.take(), Uint8Array.from(expected));
});

test("ByteWriter.bytes() writes short and long arrays at their place", () => {
  for (const length of [0, 1, 24, 25, 1000, 40_000]) {
    const out = new ByteWriter(8);
    const value = Uint8Array.from({ length }, (_, index) => index & 0xff);
    out.byte(7);
    out.bytes(value);
    out.byte(8);
    assertEquals(out.take(), Uint8Array.from([7, ...value, 8]));
  }
});

test("ByteWriter.text() writes text that fills the buffer exactly", () => {
  const out = new ByteWriter(6);
  out.text("é日a", 6);
  assertEquals(new TextDecoder().decode(out.take()), "é日a");
});

test("ByteWriter.take() hands over bytes that later writes leave alone", () => {
  const out = new ByteWriter(64);
  const taken: Uint8Array[] = [];
  for (let round = 0; round < 200; round++) {
    for (let count = 0; count <= round % 40; count++) out.byte(round);
    taken.push(out.take());
  }
  taken.forEach((bytes, round) => {
    assertEquals(bytes.length, round % 40 + 1);
    assert(bytes.every((byte) => byte === round), `take ${round} was changed`);
  });
});

test("ByteWriter.take() gives nothing when nothing was written", () => {
  const out = new ByteWriter();
  assertEquals(out.take().length, 0);
  out.byte(1);
  out.take();
  assertEquals(out.take().length, 0);
});

test("ByteWriter.take() keeps no buffer that grew for one large take", () => {
  const out = new ByteWriter();
  out.bytes(new Uint8Array(1024 * 1024));
  out.take();
  out.byte(1);
  assert(out.take().buffer.byteLength <= 16 * 1024, "the large buffer is kept");
});

test("ByteWriter.truncate() undoes writes since a length, after a take as well", () => {
  const out = new ByteWriter(4);
  out.byte(9);
  out.take();
  out.byte(1);
  out.byte(2);
  const length = out.length;
  out.bytes(new Uint8Array(100));
  out.truncate(length);
  out.byte(3);
  assertEquals([...out.take()], [1, 2, 3]);
});

test("ByteWriter.reserve() writes nothing", () => {
  const out = new ByteWriter(1);
  out.byte(5);
  out.reserve(10_000);
  assertEquals([...out.take()], [5]);
});

test("ByteWriter.peek() shows what clear() forgets, and the same memory serves again", () => {
  const writer = new ByteWriter(8, { isPooled: true });
  writer.bytes(Uint8Array.of(1, 2, 3));
  const first = writer.peek();
  assertEquals([...first], [1, 2, 3]);
  writer.clear();
  assertEquals([writer.length, [...writer.peek()]], [0, []]);
  writer.byte(9);
  assert(writer.peek().buffer === first.buffer);
  assertEquals([...writer.peek()], [9]);
});

test("ByteWriter gives what it borrowed back with clear(), and only then", () => {
  const writer = new ByteWriter(8, { isPooled: true });
  writer.bytes(new Uint8Array(100).fill(1));
  const borrowed = writer.peek().buffer;
  writer.clear();
  writer.bytes(new Uint8Array(100).fill(2));
  assert(writer.peek().buffer === borrowed, "it was not given back");
  const taken = writer.take();
  writer.clear();
  writer.bytes(new Uint8Array(100).fill(3));
  assert(writer.peek().buffer !== borrowed, "what was handed over is written again");
  assertEquals(taken, new Uint8Array(100).fill(2));
});

test("ByteWriter.clear() leaves what an earlier take handed over of the first buffer", () => {
  const writer = new ByteWriter(8, { isPooled: true });
  writer.bytes(Uint8Array.of(1, 2));
  const taken = writer.take();
  writer.bytes(Uint8Array.of(3));
  writer.clear();
  writer.bytes(Uint8Array.of(4, 5, 6));
  assertEquals([...taken], [1, 2]);
  writer.bytes(new Uint8Array(50));
  writer.clear();
  writer.bytes(Uint8Array.of(7, 7, 7));
  assertEquals([...taken], [1, 2]);
});

/** Two writers, with memory of their own and with memory of the pool. */
function writers(): ByteWriter[] {
  return [new ByteWriter(16), new ByteWriter(0, { isPooled: true })];
}

test("ByteWriter.lend() gives room behind what was written, and takes back what was written there", () => {
  for (const out of writers()) {
    out.bytes(new Uint8Array([1, 2]));
    const memory = out.lend(5000);
    assert(memory.length >= out.end + 5000);
    memory.fill(3, out.end, out.end + 5000);
    assert(out.takeBack(5000));
    out.byte(4);
    assertEquals(out.take(), new Uint8Array([1, 2, ...new Array(5000).fill(3), 4]));
  }
});

test("ByteWriter.takeBack() of nothing leaves all as it was", () => {
  for (const out of writers()) {
    out.byte(1);
    const memory = out.lend(10);
    memory.fill(9, out.end);
    assert(out.takeBack(0));
    out.byte(2);
    assertEquals(out.take(), new Uint8Array([1, 2]));
    assert(!out.takeBack(5), "what is not lent was taken back");
  }
});

test("ByteWriter writes elsewhere while its memory is lent, and the memory stays the borrower's", () => {
  const writes: readonly ((out: ByteWriter) => void)[] = [
    (out) => out.byte(2),
    (out) => out.varint(2),
    (out) => out.bytes(new Uint8Array([2])),
    (out) => out.text("\x02", 1),
    (out) => {
      out.lend(10).fill(2, out.end, out.end + 1);
      assert(out.takeBack(1));
    },
  ];
  for (const write of writes) {
    for (const out of writers()) {
      out.byte(1);
      const memory = out.lend(100);
      const start = out.end;
      memory.fill(9, start, start + 100);
      write(out);
      assert(!out.takeBack(100));
      assertEquals(out.peek(), new Uint8Array([1, 2]));
      out.clear();
      // Whoever needs memory next must not get what is lent.
      const next = new ByteWriter(0, { isPooled: true });
      for (let count = 0; count < 400; count++) next.byte(5);
      assert(memory.subarray(start, start + 100).every((byte) => byte === 9));
    }
  }
});

test("ByteWriter.clear() keeps lent memory from the pool, and forgets that it was lent", () => {
  const out = new ByteWriter(0, { isPooled: true });
  out.byte(1);
  const memory = out.lend(100);
  out.clear();
  assert(!out.takeBack(100));
  const next = new ByteWriter(0, { isPooled: true });
  next.byte(1);
  assert(next.peek().buffer !== memory.buffer);
});
