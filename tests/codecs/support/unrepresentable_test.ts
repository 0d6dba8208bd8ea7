import {
  atIndex,
  atKey,
  tooDeep,
  Unrepresentable,
} from "../../../src/codecs/support/unrepresentable.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

function messageAt(...path: (string | number)[]): string {
  const thrown = new Unrepresentable("this", "that");
  for (const part of path.reverse()) {
    const same = typeof part === "number" ? atIndex(thrown, part) : atKey(thrown, part);
    assert(same === thrown);
  }
  const error = thrown.toError("Test");
  assert(error instanceof TypeError);
  return error.message;
}

test("Unrepresentable.toError() names the whole path", () => {
  assertEquals(messageAt(), "Cannot encode value as Test: found this, expected that");
  assertEquals(
    messageAt("user", "list", 2, "avatar"),
    "Cannot encode value.user.list[2].avatar as Test: found this, expected that",
  );
});

test("atKey() quotes what is no name", () => {
  assert(messageAt("a b").startsWith('Cannot encode value["a b"] as'));
  assert(messageAt("").startsWith('Cannot encode value[""] as'));
  assert(messageAt("1").startsWith('Cannot encode value["1"] as'));
  assert(messageAt('"\n').startsWith('Cannot encode value["\\"\\n"] as'));
  assert(messageAt("_ключ$1").startsWith("Cannot encode value._ключ$1 as"));
});

test("Unrepresentable.toError() cuts a path that is long", () => {
  const message = messageAt(..."a".repeat(200));
  assert(message.startsWith(`Cannot encode value${".a".repeat(60)}... as Test`));
});

test("atIndex() and atKey() return what is thrown by others as it is", () => {
  const error = new Error("mine");
  assert(atIndex(error, 0) === error && atKey(error, "a") === error);
  assertEquals(error.message, "mine");
});

test("tooDeep() names the option to turn", () => {
  assert(tooDeep().toError("Test").message.includes("maxDepth"));
});
