import {
  writeBigint,
  writeBinary,
  writeExtensionHead,
  writeMemory,
  writeTimestamp,
} from "../../../src/codecs/messagepack/encode_extension.ts";
import { ByteArena } from "../../../src/codecs/support/byte_arena.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { toHex } from "../vector_value.ts";

function written(write: (out: ByteArena) => void): string {
  const out = new ByteArena();
  write(out);
  return toHex(out.take());
}

test("writeExtensionHead() writes the shortest head for every length", () => {
  const heads: [number, string][] = [
    ...[[0, "c70007"], [1, "d407"], [2, "d507"], [3, "c70307"], [4, "d607"]] as [number, string][],
    ...[[8, "d707"], [16, "d807"], [17, "c71107"], [255, "c7ff07"]] as [number, string][],
    ...[[256, "c8010007"], [65535, "c8ffff07"], [65536, "c90001000007"]] as [number, string][],
  ];
  for (const [length, head] of heads) {
    assertEquals(written((out) => writeExtensionHead(out, 7, length)), head);
  }
});

test("writeBinary() writes the shortest head for every length", () => {
  for (const [length, head] of [[255, "c4ff"], [256, "c50100"], [65535, "c5ffff"]] as const) {
    assertEquals(
      written((out) => writeBinary(out, new Uint8Array(length))).slice(0, head.length),
      head,
    );
  }
  const long = written((out) => writeBinary(out, new Uint8Array(65536)));
  assertEquals(long.slice(0, 10), "c600010000");
  assertEquals(long.length, (65536 + 5) * 2);
});

test("writeBigint() uses as few bytes as two's complement allows", () => {
  const sizes: [bigint, number][] = [[0n, 1], [-1n, 1], [127n, 1], [128n, 2], [-128n, 1]];
  sizes.push([-129n, 2], [2n ** 100n, 13], [-(2n ** 103n), 13], [2n ** 103n, 14]);
  for (const [value, size] of sizes) {
    const hex = written((out) => writeBigint(out, value));
    const body = hex.startsWith("c7") ? hex.slice(6) : hex.slice(4);
    assertEquals(body.length / 2, size, `${value}`);
    assertEquals(BigInt.asIntN(size * 8, BigInt(`0x${body}`)), value);
  }
});

test("writeTimestamp() keeps every millisecond on both sides of 1970", () => {
  const hexes = [-1001, -1000, -999, -1, 0, 1, 999, 1000].map((time) =>
    written((out) => writeTimestamp(out, new Date(time)))
  );
  assertEquals(hexes.slice(0, 3), [
    "c70cff3b8b87c0fffffffffffffffe",
    "c70cff00000000ffffffffffffffff",
    "c70cff000f4240ffffffffffffffff",
  ]);
  assertEquals(hexes.slice(4, 6), ["d6ff00000000", "d7ff003d090000000000"]);
  assertEquals(new Set(hexes).size, hexes.length);
});

test("writeMemory() writes only the part of the memory that a view shows", () => {
  const memory = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer;
  assertEquals(written((out) => writeMemory(out, new Int16Array(memory, 2, 1))), "c70374030304");
  assertEquals(written((out) => writeMemory(out, new DataView(memory, 7))), "d5741108");
  assertEquals(written((out) => writeMemory(out, new Uint8Array(memory, 6))), "c4020708");
});
