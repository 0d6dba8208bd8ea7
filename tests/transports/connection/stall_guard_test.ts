import { StallGuard, StallKnowledge } from "../../../src/transports/connection/stall_guard.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

const LARGE = 8 * 1024;

/** A guard, and batches that are answered after a time. */
class Setup {
  readonly clock: FakeClock = new FakeClock();
  readonly knowledge: StallKnowledge = new StallKnowledge();
  readonly guard: StallGuard = new StallGuard(this.clock, this.knowledge);
  #batches = 0;

  /** Sends a batch alone on the path; answers where its prompt was. */
  async send(bytes: number, roundTripMs: number): Promise<string | undefined> {
    const place = this.guard.plan(bytes, ++this.#batches, true);
    await this.clock.advance(roundTripMs);
    this.guard.onAck(this.#batches);
    return place;
  }
}

test("StallGuard prompts within small batches until it knows better", () => {
  const { guard, knowledge } = new Setup();
  assertEquals([0, 1, 1000].map((bytes) => guard.plan(bytes, 1, true)), [
    "inside",
    "inside",
    "inside",
  ]);
  knowledge.verdict = "stalls";
  assertEquals(guard.plan(1000, 1, false), "inside");
  knowledge.verdict = "free";
  assertEquals([guard.plan(1, 1, true), guard.plan(1000, 1, false)], [undefined, undefined]);
});

test("StallGuard leaves batches alone that are as large as a socket takes whole", () => {
  const { guard, knowledge } = new Setup();
  for (const verdict of ["unknown", "stalls", "free"] as const) {
    knowledge.verdict = verdict;
    assertEquals([true, false].map((isAlone) => guard.plan(65_535, 1, isAlone)), [
      undefined,
      undefined,
    ]);
  }
});

test("StallGuard tries whether the socket stalls with a large batch that is alone", () => {
  const { guard, knowledge } = new Setup();
  assertEquals(guard.plan(1001, 1, false), "ahead", "others on the way would hide the stall");
  assertEquals(guard.plan(1001, 1, true), "inside");
  guard.onAck(1);
  assertEquals([knowledge.verdict, knowledge.passes], ["unknown", 1]);
});

test("StallGuard cuts a large batch that is alone, and prompts ahead of larger ones and of others", () => {
  const { guard, knowledge } = new Setup();
  guard.plan(LARGE, 1, true);
  for (const verdict of ["unknown", "stalls"] as const) {
    knowledge.verdict = verdict;
    const sizes = [1001, 16 * 1024, 16 * 1024 + 1, 65_534];
    const places = [true, false].map((isAlone) =>
      sizes.map((size) => guard.plan(size, 1, isAlone))
    );
    assertEquals(places, [
      ["pieces", "pieces", "ahead", "ahead"],
      ["ahead", "ahead", "ahead", "ahead"],
    ]);
  }
});

test("StallGuard tries once a second, and cuts large batches between", async () => {
  const setup = new Setup();
  const places: (string | undefined)[] = [];
  for (const pauseMs of [0, 997, 0, 0]) {
    places.push(await setup.send(LARGE, 1));
    await setup.clock.advance(pauseMs);
  }
  assertEquals(places, ["inside", "pieces", "pieces", "inside"]);
  const other = new StallGuard(setup.clock, setup.knowledge);
  assertEquals(other.plan(LARGE, 1, true), "pieces", "one for all connections");
});

/** Makes so many trials, each due. */
async function tryOften(setup: Setup, trials: number, roundTripMs: number): Promise<void> {
  for (let trial = 0; trial < trials; trial++) {
    assertEquals([await setup.send(LARGE, roundTripMs), trial], ["inside", trial]);
    await setup.clock.advance(1000);
  }
}

test("StallGuard cuts large batches, or prompts ahead of them, as soon as one has stalled", async () => {
  const setup = new Setup();
  assertEquals([await setup.send(100, 1), await setup.send(LARGE, 42)], ["inside", "inside"]);
  assertEquals(setup.knowledge.verdict, "stalls");
  await setup.clock.advance(5000);
  assertEquals([await setup.send(LARGE, 2), await setup.send(LARGE, 2)], ["pieces", "pieces"]);
  assertEquals(setup.guard.plan(LARGE, 5, false), "ahead");
});

test("StallGuard takes the length of the path for no stall", async () => {
  const setup = new Setup();
  await setup.send(100, 80);
  for (const roundTripMs of [80, 95, 99]) {
    await tryOften(setup, 1, roundTripMs);
    assertEquals(setup.knowledge.verdict, "unknown");
  }
  await setup.send(LARGE, 100);
  assertEquals(setup.knowledge.verdict, "stalls");
});

test("StallGuard believes after eight trials that a socket does not stall, and watches it still", async () => {
  const setup = new Setup();
  await tryOften(setup, 7, 1);
  assertEquals(setup.knowledge.verdict, "unknown");
  await tryOften(setup, 1, 1);
  assertEquals(setup.knowledge.verdict, "free");
  const places = [];
  for (let count = 0; count < 16; count++) places.push(await setup.send(LARGE, 1));
  const watched = places.flatMap((place, index) => place === undefined ? [] : [index]);
  assertEquals(watched, [7, 15]);
  assertEquals(setup.guard.plan(LARGE, 200, false), undefined);
});

test("StallGuard changes its mind when a socket that did not stall does", async () => {
  const setup = new Setup();
  await tryOften(setup, 8, 1);
  for (let count = 0; count < 7; count++) await setup.send(LARGE, 42);
  assertEquals(setup.knowledge.verdict, "free");
  assertEquals([await setup.send(LARGE, 42), setup.knowledge.verdict], ["inside", "stalls"]);
  assertEquals([await setup.send(100, 1), await setup.send(LARGE, 1)], ["inside", "pieces"]);
});

test("StallGuard.onAck() waits for the batch that is tried, and needs none", () => {
  const { clock, guard, knowledge } = new Setup();
  guard.onAck(5);
  guard.plan(LARGE, 7, true);
  for (const batches of [0, 6]) guard.onAck(batches);
  assertEquals(knowledge.passes, 0);
  guard.onAck(7);
  guard.onAck(8);
  assertEquals([knowledge.passes, clock.pending], [1, 0]);
});

test("StallGuard shares what it knows with the guards of other connections", async () => {
  const setup = new Setup();
  await setup.send(LARGE, 42);
  const other = new StallGuard(setup.clock, setup.knowledge);
  assertEquals(other.plan(LARGE, 1, true), "pieces");
});
