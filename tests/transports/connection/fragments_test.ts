import { Fragments } from "../../../src/transports/connection/fragments.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { Random } from "../../support/random.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;

test("Fragments.join() gives one fragment, and none, as they are", () => {
  assertEquals(new Fragments().join(0), new Uint8Array(0));
  for (const length of [0, 1, 4095, 4096, 65536]) {
    const fragments = new Fragments();
    fragments.add(new Uint8Array(length).fill(7));
    assertEquals(fragments.join(length), new Uint8Array(length).fill(7));
  }
});

test("Fragments.join() gives all bytes in order, whatever the fragments are cut like", () => {
  const random = new Random(1);
  for (let round = 0; round < 50; round++) {
    const whole = Uint8Array.from({ length: random.below(200_000) }, () => random.below(256));
    const fragments = new Fragments();
    for (let start = 0; start < whole.length;) {
      const end = start + 1 + random.below(random.pick([2, 100, 5000, 70_000]));
      fragments.add(whole.subarray(start, end));
      start = end;
    }
    assertEquals(fragments.join(whole.length), whole);
  }
});

test("Fragments.add() holds no batch for a small part of it", () => {
  for (const length of [1, 4095, 5000]) {
    const batch = new Uint8Array(1024 * KIB).fill(1);
    const fragments = new Fragments();
    fragments.add(batch.subarray(100, 100 + length));
    const joined = fragments.join(length);
    assert(joined.buffer.byteLength <= 2 * Math.max(length, KIB), `${joined.buffer.byteLength}`);
  }
});

test("Fragments.add() keeps a fragment that is most of its batch without a copy", () => {
  const batch = new Uint8Array(64 * KIB + 6);
  const fragments = new Fragments();
  fragments.add(batch.subarray(6));
  assert(fragments.join(64 * KIB).buffer === batch.buffer);
});

test("Fragments.add() takes a million bytes one by one in little time", () => {
  const fragments = new Fragments();
  const byte = new Uint8Array([1]);
  const start = performance.now();
  for (let count = 0; count < 1_000_000; count++) fragments.add(byte);
  assertEquals(fragments.join(1_000_000).length, 1_000_000);
  assert(performance.now() - start < 5000, "joining is not linear");
});
