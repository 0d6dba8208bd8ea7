import { type BatchHolder, BatchKeeper } from "../../src/calls/batch_keeper.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

class Holder implements BatchHolder {
  letGoes = 0;

  letGoOfBatch(): void {
    this.letGoes++;
  }
}

test("BatchKeeper.hold() lets holders of one batch be until there is another", () => {
  const keeper = new BatchKeeper();
  const [first, second, third] = [new Holder(), new Holder(), new Holder()];
  const [batch, next] = [new ArrayBuffer(8), new ArrayBuffer(8)];
  keeper.hold(batch, first);
  keeper.hold(batch, second);
  assertEquals([first.letGoes, second.letGoes], [0, 0]);
  keeper.hold(next, third);
  assertEquals([first.letGoes, second.letGoes, third.letGoes], [1, 1, 0]);
});

test("BatchKeeper.hold() calls each holder back once", () => {
  const keeper = new BatchKeeper();
  const holder = new Holder();
  for (let batch = 0; batch < 3; batch++) keeper.hold(new ArrayBuffer(8), holder);
  assertEquals(holder.letGoes, 2);
});

test("BatchKeeper.release() forgets a batch, and its holders, when none of them has views of it", () => {
  const keeper = new BatchKeeper();
  const [first, second, third] = [new Holder(), new Holder(), new Holder()];
  const batch = new ArrayBuffer(8);
  keeper.hold(batch, first);
  keeper.hold(batch, second);
  keeper.release(batch);
  keeper.hold(new ArrayBuffer(8), third);
  assertEquals([first.letGoes, second.letGoes], [1, 1]);
  // One that is over says nothing of the next.
  keeper.release(batch);
  keeper.hold(batch, first);
  assertEquals([first.letGoes, third.letGoes], [1, 1]);
  keeper.release(batch);
  keeper.hold(new ArrayBuffer(8), second);
  assertEquals([first.letGoes, third.letGoes], [1, 1]);
});
