import { z } from "zod";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

const makers = { unary, serverStream, clientStream, bidirectional };

for (const [shape, make] of Object.entries(makers)) {
  test(`${shape}() makes a frozen method of its shape`, () => {
    const method = make();
    assertEquals(method.shape, shape);
    assert(Object.isFrozen(method));
  });

  test(`${shape}() passes its settings on`, () => {
    const request = z.string();
    const method = make({ request, idempotent: true });
    assert(method.request === request);
    assertEquals(method.response, undefined);
    assertEquals(method.idempotent, true);
  });

  test(`${shape}() refuses what is not a schema`, () => {
    // Wrong on purpose: the compiler would refuse it.
    const options = { request: "text" } as unknown as Parameters<typeof make>[0];
    assertThrows(() => make(options), TypeError, "request is a string");
  });
}

test("unary() and the like carry no types at run time", () => {
  assert(!("~types" in unary<string, number>()));
});
