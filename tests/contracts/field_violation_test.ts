import {
  formatFieldPath,
  formatViolations,
  MAX_FIELD_VIOLATIONS,
  MAX_VIOLATION_LENGTH,
  MAX_VIOLATIONS_BYTES,
  toFieldViolations,
} from "../../src/contracts/field_violation.ts";
import type { StandardSchemaIssue } from "../../src/contracts/standard_schema.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

test("formatFieldPath() writes a path as JavaScript would", () => {
  const cases: readonly [NonNullable<StandardSchemaIssue["path"]>, string][] = [
    [[], ""],
    [["user"], "user"],
    [["user", "address", 0, "city"], "user.address[0].city"],
    [[0], "[0]"],
    [[0, 1, "x"], "[0][1].x"],
    [["$a", "_b", "c9", "größe"], "$a._b.c9.größe"],
    [[{ key: "user" }, { key: 2 }, "name"], "user[2].name"],
  ];
  for (const [path, text] of cases) assertEquals(formatFieldPath(path), text);
});

test("formatFieldPath() quotes keys that are no identifiers", () => {
  assertEquals(formatFieldPath(["rooms", "main hall", "seats"]), 'rooms["main hall"].seats');
  assertEquals(formatFieldPath(["0"]), '["0"]');
  assertEquals(formatFieldPath([""]), '[""]');
  assertEquals(formatFieldPath(["a.b", 'say "hi"\n']), '["a.b"]["say \\"hi\\"\\n"]');
  assertEquals(formatFieldPath(["\ud800"]), '["\\ud800"]');
});

test("formatFieldPath() writes symbols", () => {
  assertEquals(formatFieldPath([Symbol("secret"), "x"]), "[Symbol(secret)].x");
});

test("formatFieldPath() writes keys that only a map can have", () => {
  const date = new Date(0);
  // The standard wants property keys; libraries hand over whatever a map has as its key.
  const keys = [1n, true, null, undefined, { id: 7 }, date] as unknown as PropertyKey[];
  const segments = keys.map((key) => ({ key }));
  assertEquals(formatFieldPath(segments), "[1][true][?][?][?][?]");
  assertEquals(formatFieldPath(keys.slice(0, 4)), "[1][true][?][?]");
});

test("formatFieldPath() cuts at its limit and not before", () => {
  const longest = "k".repeat(MAX_VIOLATION_LENGTH);
  assertEquals(formatFieldPath([longest]), longest);
  assertEquals(formatFieldPath([`${longest}k`]), `${longest.slice(3)}...`);
  const deep = formatFieldPath(new Array(100_000).fill("next"));
  assertEquals(deep.length, MAX_VIOLATION_LENGTH);
  assert(deep.startsWith("next.next.next") && deep.endsWith("..."));
});

test("formatFieldPath() reads no more of a path than it writes", () => {
  let reads = 0;
  const segment = {
    get key(): string {
      reads++;
      return "next";
    },
  };
  formatFieldPath(new Array(100_000).fill(segment));
  assert(reads > 0 && reads <= MAX_VIOLATION_LENGTH, `${reads} segments were read`);
});

test("formatFieldPath() cuts keys that a peer made long", () => {
  for (const key of ["k".repeat(1e6), " ".repeat(1e6), Symbol("s".repeat(1e6)), "\0".repeat(1e6)]) {
    assertEquals(formatFieldPath(["map", key]).length, MAX_VIOLATION_LENGTH);
  }
});

test("formatFieldPath() does not cut a character in two", () => {
  // The dots leave 253 units, an odd number of halves.
  const sign = "\u{20000}";
  assertEquals(formatFieldPath([sign.repeat(200)]), `${sign.repeat(126)}...`);
  assertEquals(formatFieldPath([`a${sign.repeat(200)}`]), `a${sign.repeat(126)}...`);
  const [violation] = toFieldViolations([{ message: sign.repeat(200) }]);
  assertEquals(violation?.description, `${sign.repeat(126)}...`);
});

test("toFieldViolations() keeps the order of the schema", () => {
  const violations = toFieldViolations([
    { message: "Expected a number", path: ["b"] },
    { message: "Expected a string", path: ["a", 1] },
    { message: "Wrong" },
  ]);
  assertEquals(violations, [
    { field: "b", description: "Expected a number" },
    { field: "a[1]", description: "Expected a string" },
    { field: "", description: "Wrong" },
  ]);
});

test("toFieldViolations() says something when the schema says nothing", () => {
  assertEquals(toFieldViolations([]), [{ field: "", description: "Invalid value" }]);
});

test("toFieldViolations() stops at its limit", () => {
  const issues = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ message: "x", path: [index] }));
  assertEquals(toFieldViolations(issues(MAX_FIELD_VIOLATIONS)).length, MAX_FIELD_VIOLATIONS);
  assertEquals(toFieldViolations(issues(MAX_FIELD_VIOLATIONS + 1)).length, MAX_FIELD_VIOLATIONS);
  assertEquals(toFieldViolations(issues(100_000)).at(-1)?.field, `[${MAX_FIELD_VIOLATIONS - 1}]`);
});

test("toFieldViolations() cuts long descriptions", () => {
  const text = toFieldViolations([{ message: "d".repeat(1e6) }])[0]?.description;
  assertEquals(text, `${"d".repeat(MAX_VIOLATION_LENGTH - 3)}...`);
});

test("toFieldViolations() keeps within its bytes, whatever the script", () => {
  for (const sign of ["d", "ж", "語", "😀"]) {
    const issue = { message: sign.repeat(300), path: [sign.repeat(300)] };
    const violations = toFieldViolations(new Array(100).fill(issue));
    const bytes = violations.reduce(
      (sum, { field, description }) => sum + byteLength(field) + byteLength(description),
      0,
    );
    assert(violations.length > 0 && bytes <= MAX_VIOLATIONS_BYTES, `${sign}: ${bytes} bytes`);
  }
});

test("toFieldViolations() bears a message that is no text", () => {
  const issue = { message: undefined as unknown as string };
  assertEquals(toFieldViolations([issue])[0]?.description, "undefined");
});

test("formatViolations() names the first field and counts the others", () => {
  const a = { field: "user.age", description: "Expected a number (was hunter2)" };
  assertEquals(formatViolations([a]), 'field "user.age" is invalid');
  assertEquals(formatViolations([a, a, a]), 'field "user.age" is invalid, and 2 more');
  assertEquals(formatViolations([{ ...a, field: "" }]), "the value is invalid");
  assertEquals(formatViolations([]), "the value is invalid");
});

test("formatViolations() is printable ASCII", () => {
  const text = formatViolations([{ field: "größe.😀\n\x7f", description: "" }]);
  assertEquals(text, 'field "gr??e.???" is invalid');
});
