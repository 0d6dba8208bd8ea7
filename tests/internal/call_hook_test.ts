import { callHook } from "../../src/internal/call_hook.ts";
import { assertEquals } from "../support/assert.ts";
import { settle } from "../support/fake_clock.ts";
import { test } from "../support/test.ts";

test("callHook() tells what a function threw, and what its promise rejected with", async () => {
  const errors: unknown[] = [];
  const note = (error: unknown): void => void errors.push(error);
  callHook(() => {
    throw "thrown";
  }, note);
  callHook(async () => await Promise.reject("rejected"), note);
  callHook(() => 5, note);
  callHook(() => Promise.resolve(5), note);
  callHook(() => undefined, note);
  assertEquals(errors, ["thrown"]);
  await settle();
  assertEquals(errors, ["thrown", "rejected"]);
});
