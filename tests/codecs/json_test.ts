import { jsonCodec } from "../../src/codecs/json.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

const codec = jsonCodec();
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test("jsonCodec() is one and the same codec without options", () => {
  assert(jsonCodec() === jsonCodec({ maxDepth: 128 }));
  assert(jsonCodec() !== jsonCodec({ maxDepth: 127 }));
  assertEquals(codec.name, "json");
});

test("jsonCodec() writes what JSON.stringify writes where that is exact", () => {
  const value = { b: [1, -2.5, 1e300, "ж😀\ud800\n", true, null, {}], a: { "": undefined } };
  assertEquals(text(codec.encode(value)), JSON.stringify(value));
  assertEquals(codec.decode(codec.encode(value)), { ...value, a: {} });
});

test("jsonCodec() keeps -0, which JSON.stringify does not", () => {
  assertEquals(text(codec.encode({ a: [-0, 0] })), '{"a":[-0,0]}');
  assertEquals(codec.decode(codec.encode({ a: [-0, 0] })), { a: [-0, 0] });
});

test("jsonCodec() encodes objects with toJSON as what that returns", () => {
  const date = new Date(0);
  assertEquals(text(codec.encode([date, -0])), '["1970-01-01T00:00:00.000Z",-0]');
  assertEquals(text(codec.encode({ u: new URL("http://a/") })), '{"u":"http://a/"}');
});

test("jsonCodec() refuses bytes that are not UTF-8, and a byte order mark", () => {
  const bytes = utf8('"a?"');
  bytes[2] = 0xff;
  assertThrows(() => codec.decode(bytes), SyntaxError, "expected UTF-8");
  assertThrows(() => codec.decode(utf8("\ufeff1")), SyntaxError);
  assertEquals(codec.decode(utf8('"\ufeff\ufffd"')), "\ufeff\ufffd");
});

test("jsonCodec() refuses what is not exactly one value, without quoting it", () => {
  for (const bad of ["", " ", "1 2", "{", '{"a":secret}', "[1,]", "undefined", "NaN", "'a'"]) {
    const error = assertThrows(() => codec.decode(utf8(bad)), SyntaxError, "expected one JSON");
    assert(!error.message.includes("secret") && error.cause === undefined);
  }
});

test("jsonCodec() refuses every value that is cut at any byte", () => {
  const bytes = codec.encode({ text: 'жук\\"', list: [1.5, null, false] });
  for (let end = 0; end < bytes.length; end++) {
    assertThrows(() => codec.decode(bytes.subarray(0, end)), SyntaxError);
  }
});

test("jsonCodec() holds encoder and decoder to maxDepth", () => {
  const shallow = jsonCodec({ maxDepth: 2 });
  assertEquals(shallow.decode(shallow.encode([{}])), [{}]);
  assertThrows(() => shallow.encode([{ a: [] }]), TypeError, "value[0].a as JSON");
  assertThrows(() => shallow.decode(utf8('[{"a":[]}]')), RangeError, "at character 6");
  const cycle: unknown[] = [];
  cycle.push(cycle);
  assertThrows(() => codec.encode(cycle), TypeError, "maxDepth");
  assertThrows(() => jsonCodec({ maxDepth: 1025 }), RangeError, "found maxDepth 1025");
});

test("jsonCodec() takes 128 levels of nesting by default, and no more", () => {
  const deep = (levels: number): Uint8Array => utf8("[".repeat(levels) + "]".repeat(levels));
  assertEquals(text(codec.encode(codec.decode(deep(128)))), text(deep(128)));
  assertThrows(() => codec.decode(deep(129)), RangeError, "at character 128");
  assertThrows(() => codec.encode(JSON.parse(text(deep(129)))), TypeError, "maxDepth");
});

test("jsonCodec() refuses to decode what is no Uint8Array", () => {
  // What a program without types may do.
  const decode = codec.decode as (bytes: unknown) => unknown;
  assertThrows(() => decode("1"), TypeError, "found string, expected a Uint8Array");
  assertThrows(() => decode(null), TypeError, "found null");
});
