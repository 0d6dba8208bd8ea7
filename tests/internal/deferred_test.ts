import { createDeferred } from "../../src/internal/deferred.ts";
import { assertEquals, assertRejects } from "../support/assert.ts";
import { settle } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

test("createDeferred() makes a promise that is pending until it is resolved", async () => {
  const deferred = createDeferred<number>();
  let seen: number | undefined;
  void deferred.promise.then((value) => seen = value);
  await settle();
  assertEquals(seen, undefined);
  deferred.resolve(7);
  assertEquals(await deferred.promise, 7);
});

test("createDeferred() makes a promise that can be rejected", async () => {
  const deferred = createDeferred<void>();
  deferred.reject(new RangeError("No more"));
  await assertRejects(deferred.promise, RangeError, "No more");
});

test("createDeferred() makes a promise that settles once", async () => {
  const deferred = createDeferred<string>();
  deferred.resolve("first");
  deferred.reject(new Error("second"));
  deferred.resolve("third");
  assertEquals(await deferred.promise, "first");
});
