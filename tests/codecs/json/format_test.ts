import { formatJson } from "../../../src/codecs/json/format.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { createDraw, randomValue } from "../random_value.ts";

test("formatJson() writes what JSON.stringify writes, but for -0", () => {
  const draw = createDraw(11);
  for (let count = 0; count < 500; count++) {
    const value = randomValue(draw, false);
    const text = formatJson(value, 10).replace(/(?<=[[:,]|^)-0(?=[\],}]|$)/g, "0");
    assertEquals(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    if (!text.includes('"')) assertEquals(text, JSON.stringify(value));
  }
});

test("formatJson() writes -0 as JSON.parse reads it", () => {
  assertEquals(formatJson([-0], 1), "[-0]");
  assertEquals(JSON.parse("[-0]"), [-0]);
});

test("formatJson() asks a toJSON once and encodes what it returns", () => {
  let asked = 0;
  const value = { toJSON: () => [++asked, { toJSON: () => "inner" }] };
  assertEquals(formatJson(value, 5), '[1,"inner"]');
});

test("formatJson() counts a toJSON as a level", () => {
  const endless = { toJSON: (): unknown => endless };
  const error = catchAny(() => formatJson(endless, 100));
  // It is no Error until the codec knows the whole path.
  assertEquals(error instanceof Error, false);
});

test("formatJson() passes on what toJSON throws", () => {
  const fail = (): never => {
    throw new RangeError("mine");
  };
  assertThrows(() => formatJson([{ toJSON: fail }], 5), RangeError, "mine");
});

function catchAny(body: () => unknown): unknown {
  try {
    return body();
  } catch (thrown) {
    return thrown;
  }
}
