import { formatLogRecord } from "../../src/diagnostics/format_log_record.ts";
import type { RpcLogRecord } from "../../src/logger.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { ODD_VALUES } from "../support/odd_values.ts";
import { test } from "../support/test.ts";

function format(fields: Record<string, unknown>, rest: Partial<RpcLogRecord> = {}): string {
  const record: RpcLogRecord = {
    level: "info",
    scope: "S",
    message: "M",
    fields,
    time: 0,
    ...rest,
  };
  return formatLogRecord(record, { showTime: false });
}

test("formatLogRecord() writes time, level, scope, message and fields in order", () => {
  const record: RpcLogRecord = {
    level: "error",
    scope: "Server.transport",
    message: "Connection failed",
    fields: { streamId: 7, path: "/Chat/send" },
    time: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  };
  assertEquals(
    formatLogRecord(record),
    "2026-01-02T03:04:05.006Z ERROR Server.transport: Connection failed streamId=7 path=/Chat/send",
  );
});

test("formatLogRecord() writes values of every kind", () => {
  const cases: readonly [unknown, string][] = [
    ["plain", "plain"],
    ["", '""'],
    ["two words", '"two words"'],
    ['with "quotes"', '"with \\"quotes\\""'],
    [0, "0"],
    [-1.5, "-1.5"],
    [10n, "10"],
    [true, "true"],
    [null, "null"],
    [undefined, "undefined"],
    [Symbol("tag"), '"Symbol(tag)"'],
    [() => 1, "[function]"],
    [[1, "a"], '[1,"a"]'],
    [{ a: { b: 2n } }, '{"a":{"b":"2"}}'],
    [new TypeError("No room"), '"TypeError: No room"'],
  ];
  for (const [value, text] of cases) assertEquals(format({ value }), `INFO  S: M value=${text}`);
});

test("formatLogRecord() keeps one record on one line, whatever it holds", () => {
  const nasty = "a\nb\r\tc\u0000\u001b[31m\u0085\u2028";
  const line = format(
    { [`k${nasty}`]: nasty, object: { nasty }, error: new Error(nasty) },
    { scope: `s${nasty}`, message: `m${nasty}` },
  );
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(line), JSON.stringify(line));
  assert(line.includes("sa\\u000ab"), line);
});

test("formatLogRecord() writes an object that cannot be written as a placeholder", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const throwing = {
    toJSON: () => {
      throw new Error("Secret");
    },
  };
  assertEquals(format({ cyclic }), "INFO  S: M cyclic=[object]");
  assertEquals(format({ throwing }), "INFO  S: M throwing=[object]");
  assertEquals(format({ odd: { toJSON: () => undefined } }), "INFO  S: M odd=[object]");
});

test("formatLogRecord() cuts what is long", () => {
  assertEquals(format({ value: "x".repeat(512) }), `INFO  S: M value=${"x".repeat(512)}`);
  assertEquals(format({ value: "x".repeat(513) }), `INFO  S: M value=${"x".repeat(512)}...`);
  assert(format({ value: ["x".repeat(10_000)] }).length < 600);
  assert(format({ value: "x ".repeat(10_000) }).length < 600);
});

test("formatLogRecord() bears a time that is none", () => {
  const record: RpcLogRecord = { level: "warn", scope: "S", message: "M", fields: {}, time: NaN };
  assertEquals(formatLogRecord(record), "- WARN  S: M");
});

test("formatLogRecord() writes one line whatever a field is", () => {
  assertEquals(format({ a: Symbol("plain") }), 'INFO  S: M a="Symbol(plain)"');
  const forged = format({ a: Symbol("x\nERROR forged \u001b[31m") });
  assertEquals(forged, 'INFO  S: M a="Symbol(x\\nERROR forged \\u001b[31m)"');
  assert(format({ a: Symbol("x".repeat(10_000)) }).length < 600);
  for (const [name, value] of ODD_VALUES) assert(!format({ value }).includes("\n"), name);
  assertEquals(
    format({ error: Object.assign(new Error("x"), { message: Symbol("q") }) }),
    'INFO  S: M error="Error: Symbol(q)"',
  );
});
