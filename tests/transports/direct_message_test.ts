import { DirectMessage } from "../../src/transports/direct_message.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("DirectMessage holds the very value", () => {
  const value = { text: "hi" };
  assert(new DirectMessage(value).value === value);
});

test("DirectMessage tells a value of undefined from no message", () => {
  const message: DirectMessage | undefined = new DirectMessage(undefined);
  assertEquals([message !== undefined, message.value], [true, undefined]);
});
