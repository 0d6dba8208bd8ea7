import { createLimits, DEFAULT_LIMITS } from "../../src/protocol/limits.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

test("createLimits() gives the defaults without arguments", () => {
  assertEquals(createLimits(), { ...DEFAULT_LIMITS });
});

test("createLimits() changes what it is given and nothing else", () => {
  const limits = createLimits({ maxStreams: 1, maxMessageBytes: Number.MAX_SAFE_INTEGER });
  assertEquals(limits, {
    ...DEFAULT_LIMITS,
    maxStreams: 1,
    maxMessageBytes: Number.MAX_SAFE_INTEGER,
  });
});

test("createLimits() takes an undefined limit for one left out", () => {
  // Plain JavaScript can pass what the type forbids.
  const limits = createLimits({ maxHeaders: undefined } as unknown as { maxHeaders: number });
  assertEquals(limits.maxHeaders, DEFAULT_LIMITS.maxHeaders);
});

test("createLimits() gives a complete set back as it is, so that many can share it", () => {
  const limits = createLimits({ maxStreams: 2 });
  assert(createLimits(limits) === limits);
  assert(createLimits() === createLimits(DEFAULT_LIMITS));
  assert(createLimits({ ...limits }) !== limits);
});

test("createLimits() and DEFAULT_LIMITS are frozen", () => {
  assert(Object.isFrozen(createLimits({ maxStreams: 2 })));
  assert(Object.isFrozen(DEFAULT_LIMITS));
});

test("createLimits() refuses what is not a positive whole number", () => {
  for (const value of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => createLimits({ maxStreams: value }), RangeError, `maxStreams is ${value}`);
  }
});

test("createLimits() refuses a name that is not a limit", () => {
  const limits: Record<string, number> = { maxMesageBytes: 1 };
  assertThrows(() => createLimits(limits), RangeError, '"maxMesageBytes" is not a limit');
  assertThrows(() => createLimits({ ["toString"]: 1 } as Record<string, number>), RangeError);
});

test("createLimits() leaves room for the handlers of as many cancelled calls as may be open", () => {
  assertEquals(createLimits({ maxStreams: 10_000 }).maxHandlers, 20_000);
  assertEquals(createLimits({ maxStreams: 10_000, maxHandlers: 3 }).maxHandlers, 3);
  assert(DEFAULT_LIMITS.maxHandlers >= 2 * DEFAULT_LIMITS.maxStreams);
});

test("createLimits() takes Infinity for the idle time, and for nothing else", () => {
  for (const name of Object.keys(DEFAULT_LIMITS)) {
    const make = () => createLimits({ [name]: Infinity });
    if (name === "streamIdleTimeoutMs") make();
    else assertThrows(make, RangeError, `${name} is Infinity`);
  }
});
