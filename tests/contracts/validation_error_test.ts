import { RpcValidationError } from "../../src/contracts/validation_error.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("RpcValidationError names the first field and keeps what is wrong out of its message", () => {
  const violations = [{ field: "user.pin", description: "Too short (was 1234)" }];
  const error = new RpcValidationError(violations);
  assertEquals(error.message, 'Cannot accept value: field "user.pin" is invalid');
  assertEquals(error.name, "RpcValidationError");
  assertEquals(error.violations, violations);
  assert(error instanceof Error);
});
