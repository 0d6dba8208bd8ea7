import { decodeMessagePack } from "../../../src/codecs/messagepack/decoder.ts";
import { createMessagePackEncoder } from "../../../src/codecs/messagepack/encoder.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { toHex } from "../vector_value.ts";

const encoder = createMessagePackEncoder(16);
const hexOf = (value: unknown): string => toHex(encoder.encode(value));

test("createMessagePackEncoder() corrects the count of a map of any size for what it leaves out", () => {
  for (const size of [1, 15, 16, 17, 65535, 65536]) {
    const value: Record<string, unknown> = {};
    for (let key = 0; key < size; key++) value[`k${key}`] = key === 0 ? undefined : null;
    const hex = hexOf(value);
    const head = size < 16 ? 1 : size < 65536 ? 3 : 5;
    const count = parseInt(hex.slice(2, head * 2), 16);
    assertEquals(head === 1 ? parseInt(hex.slice(0, 2), 16) - 0x80 : count, size - 1);
  }
});

test("createMessagePackEncoder() writes long arrays and maps with 32 bits of count", () => {
  assertEquals(hexOf(new Array(65535).fill(0)).slice(0, 6), "dcffff");
  assertEquals(hexOf(new Array(65536).fill(0)).slice(0, 10), "dd00010000");
});

test("createMessagePackEncoder() writes texts at every border of their length", () => {
  const heads: [number, string][] = [[65535, "daffff"], [65536, "db00010000"]];
  for (const [length, head] of heads) {
    assertEquals(hexOf("a".repeat(length)).slice(0, head.length), head);
  }
  // In letters below the border, in bytes beyond it.
  assertEquals(hexOf("é".repeat(32768)).slice(0, 10), "db00010000");
  assertEquals(hexOf("é".repeat(127)).slice(0, 4), "d9fe");
});

test("createMessagePackEncoder() writes texts of every length anywhere in the shared memory", () => {
  for (let length = 0; length < 400; length++) {
    const text = "é".repeat(length);
    const bytes = encoder.encode(text);
    assertEquals(new TextDecoder().decode(bytes.subarray(bytes.length - length * 2)), text);
  }
});

test("createMessagePackEncoder() writes one and the same NaN for all", () => {
  const strange = new Float64Array(new BigUint64Array([0xfff8_0000_dead_beefn]).buffer);
  assertEquals(hexOf(strange[0]), "cb7ff8000000000000");
});

test("createMessagePackEncoder() reads a property once, in the order of the keys", () => {
  const reads: string[] = [];
  const value = {
    get b(): number {
      return reads.push("b");
    },
    get a(): number {
      return reads.push("a");
    },
  };
  assertEquals(hexOf(value), "82a16201a16102");
  assertEquals(reads, ["b", "a"]);
});

test("createMessagePackEncoder() may be called by a toJSON that it calls", () => {
  const inner = { toJSON: () => [...encoder.encode("ab")] };
  assertEquals(hexOf(["before", inner, "after"]), "93a66265666f726593cca26162a56166746572");
});

test("createMessagePackEncoder() counts an array once, however it changes meanwhile", () => {
  const list: unknown[] = [{
    toJSON(): number {
      list.length = 1;
      return 1;
    },
  }, 2];
  assertEquals(hexOf(list), "9201d40000");
});

test("createMessagePackEncoder() names entries of a Map and a Set by their number", () => {
  const bad = Symbol();
  assertThrows(() => hexOf(new Map([["a", 1], ["b", bad]] as never)), TypeError, "value[1] as");
  assertThrows(() => hexOf({ s: new Set([[bad]]) }), TypeError, "value.s[0][0] as");
});

test("createMessagePackEncoder() passes on what a getter throws, and works on", () => {
  const cause = new Error("mine");
  const value = {
    a: "written before",
    get b(): never {
      throw cause;
    },
  };
  assert(assertThrows(() => hexOf(value), Error) === cause);
  assertEquals(hexOf(1), "01");
});

test("createMessagePackEncoder() refuses a Map or a Set that its own entries change", () => {
  const changes: readonly ((map: Map<unknown, unknown>, set: Set<unknown>) => unknown)[] = [
    (map, set) => [map.set({}, 0), set.add({})],
    (map, set) => [map.delete("last"), set.delete("last")],
    (map, set) => [map.clear(), set.clear()],
  ];
  for (const change of changes) {
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>();
    const changing = { toJSON: () => [change(map, set)].length };
    map.set("first", changing).set("last", 2);
    assertThrows(() => encoder.encode({ map }), TypeError, "value.map as MessagePack");
    set.add(changing).add("last");
    assertThrows(() => encoder.encode([set]), TypeError, "changed while it was encoded");
  }
});

test("createMessagePackEncoder() takes changes that leave as many entries to come", () => {
  const set = new Set<unknown>();
  set.add({ toJSON: () => set.add(3).delete(2) }).add(2);
  assertEquals(decodeMessagePack(encoder.encode(set), 8), new Set([true, 3]));
});

test("createMessagePackEncoder() ends at a Set that grows with each of its entries", () => {
  const set = new Set<unknown>();
  const grow = (): { toJSON(): number } => ({ toJSON: () => set.add(grow()).size });
  set.add(grow());
  assertThrows(() => encoder.encode(set), TypeError, "changed");
});
