import { createContextKey } from "../../src/contracts/context_key.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("createContextKey() names a key for people", () => {
  assertEquals(createContextKey("user").name, "user");
});

test("createContextKey() makes another key of the same name", () => {
  assert(createContextKey("user") !== createContextKey("user"));
});

test("createContextKey() freezes the key", () => {
  assert(Object.isFrozen(createContextKey("user")));
});
