/** Asserts the table of `src/codecs/mod.ts` for every codec, row by row. */
import {
  cborCodec,
  jsonCodec,
  messagePackCodec,
  rawCodec,
  type RpcCodec,
} from "../../src/codecs/mod.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { fromHex } from "./vector_value.ts";

/** What becomes of a value: it comes back, it is refused, or it comes back as something else. */
type Outcome = "exact" | "refused" | { readonly as: unknown };

interface Row {
  readonly name: string;
  readonly value: unknown;
  readonly messagepack: Outcome;
  readonly cbor: Outcome;
  readonly json: Outcome;
}

const codecs: Readonly<Record<"messagepack" | "cbor" | "json", RpcCodec>> = {
  messagepack: messagePackCodec(),
  cbor: cborCodec(),
  json: jsonCodec(),
};

class Plain {
  x = 1;
}
class Convertible {
  #x = 1;
  toJSON(): unknown {
    return { x: [this.#x] };
  }
}
class Bytes extends Uint8Array {
  toJSON(): unknown {
    return "never called";
  }
}

const rows: Row[] = [];

function row(
  name: string,
  value: unknown,
  messagepack: Outcome,
  others: { readonly cbor: Outcome; readonly json: Outcome },
): void {
  rows.push({ name, value, messagepack, ...others });
}

function rowForAll(name: string, value: unknown, outcome: Outcome): void {
  row(name, value, outcome, { cbor: outcome, json: outcome });
}

const iso = "2024-02-03T04:05:06.789Z";
const ownProto: unknown = JSON.parse('{"__proto__":{"x":1},"constructor":2,"toString":3}');
const sparse = [1];
sparse[2] = 3;
const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;

for (const value of [null, true, false, "", "text", "ж€😀\u0000\ufffd\ufeff", [], {}]) {
  rowForAll(JSON.stringify(value), value, "exact");
}
rowForAll("nested data", { a: [{ b: [[], {}, null] }], "": { "a b": 1, "1": 2, "ж": 3 } }, "exact");
const exactNumbers = [
  ...[0, 1, -1, 0.1, -2.5, 1e300, 5e-324, -1e300, Number.MAX_VALUE],
  ...[2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 32 + 1, -(2 ** 32)],
  ...[2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 53, -(2 ** 53), 2 ** 53 + 2, 2 ** 63, 2 ** 64, 1e21],
];
for (const value of exactNumbers) rowForAll(`the number ${value}`, value, "exact");
rowForAll("-0", -0, "exact");
row("NaN", NaN, "exact", { cbor: "exact", json: "refused" });
row("Infinity", Infinity, "exact", { cbor: "exact", json: "refused" });
row("-Infinity", -Infinity, "exact", { cbor: "exact", json: "refused" });

for (const value of [0n, 5n, -5n, 2n ** 53n - 1n, -(2n ** 53n) + 1n]) {
  row(`the bigint ${value}`, value, "exact", { cbor: { as: Number(value) }, json: "refused" });
}
for (
  const value of [2n ** 53n, -(2n ** 53n), 2n ** 64n - 1n, -(2n ** 63n), 2n ** 64n, 7n ** 900n]
) {
  row(`a bigint beyond 2^53`, value, "exact", { cbor: "refused", json: "refused" });
}
row("the longest bigint", 2n ** 8191n - 1n, "exact", { cbor: "refused", json: "refused" });
rowForAll("a bigint of 1025 bytes", 2n ** 8191n, "refused");

row("a lone surrogate", "a\ud800b", "refused", { cbor: "refused", json: "exact" });
row("a lone surrogate in a long text", "a".repeat(99) + "\udfff", "refused", {
  cbor: "refused",
  json: "exact",
});
rowForAll("long text beyond ASCII", "жук ".repeat(2000), "exact");

rowForAll("undefined as a property", { a: undefined, b: 1, c: undefined }, { as: { b: 1 } });
row("undefined", undefined, "exact", { cbor: "refused", json: "refused" });
row("undefined in an array", [1, undefined], "exact", { cbor: "refused", json: "refused" });
row("a hole in an array", sparse, { as: [1, undefined, 3] }, { cbor: "refused", json: "refused" });

const bytes = Uint8Array.of(0, 127, 255);
row("a Uint8Array", bytes, "exact", { cbor: "exact", json: "refused" });
row("an empty Uint8Array", new Uint8Array(), "exact", { cbor: "exact", json: "refused" });
row("a subclass of Uint8Array", new Bytes([0, 127, 255]), { as: bytes }, {
  cbor: { as: bytes },
  json: "refused",
});
for (const value of [bytes.buffer, new DataView(bytes.buffer), new Uint8ClampedArray(bytes)]) {
  row(value.constructor.name, value, "exact", { cbor: { as: bytes }, json: "refused" });
}
const typedArrays = [
  ...[
    Int8Array.of(-1),
    Int16Array.of(1000, -2, 300),
    Uint16Array.of(65535),
    Int32Array.of(-(2 ** 31)),
  ],
  ...[Uint32Array.of(2 ** 32 - 1), Float16Array.of(1.5, -0), Float32Array.of(0.5, NaN)],
  Float64Array.of(1e300, -Infinity),
];
for (const value of typedArrays) {
  row(value.constructor.name, value, "exact", { cbor: { as: [...value] }, json: "refused" });
}
row("BigInt64Array", BigInt64Array.of(-5n), "exact", { cbor: { as: [-5] }, json: "refused" });
row("BigUint64Array", BigUint64Array.of(5n), "exact", { cbor: { as: [5] }, json: "refused" });
row("a large BigUint64Array", BigUint64Array.of(2n ** 64n - 1n), "exact", {
  cbor: "refused",
  json: "refused",
});
rowForAll("a SharedArrayBuffer", new SharedArrayBuffer(1), "refused");

row("a Date", new Date(iso), "exact", { cbor: { as: iso }, json: { as: iso } });
row("a Date before 1970", new Date(-1), "exact", {
  cbor: { as: "1969-12-31T23:59:59.999Z" },
  json: { as: "1969-12-31T23:59:59.999Z" },
});
rowForAll("an invalid Date", new Date(NaN), "refused");
row("a Map", new Map<unknown, unknown>([[1, { a: new Map() }], [[0], undefined]]), "exact", {
  cbor: "refused",
  json: "refused",
});
row("a Set", new Set([1, "a", new Set([2n])]), "exact", { cbor: "refused", json: "refused" });

rowForAll("an instance with toJSON", new Convertible(), { as: { x: [1] } });
rowForAll("an object with toJSON", { toJSON: () => "text", a: 1 }, { as: "text" });
rowForAll("a URL", new URL("http://a.example/b"), { as: "http://a.example/b" });
rowForAll("a toJSON that returns a function", { toJSON: () => () => 1 }, "refused");
rowForAll("an instance without toJSON", new Plain(), "refused");
rowForAll("an Error", new Error("secret"), "refused");
rowForAll("a RegExp", /a/, "refused");
rowForAll("a boxed number", Object(1), "refused");
rowForAll("a boxed string", Object("a"), "refused");
rowForAll("a WeakMap", new WeakMap(), "refused");
rowForAll("a function", () => 1, "refused");
rowForAll("a class", Plain, "refused");
rowForAll("a symbol", Symbol("s"), "refused");
rowForAll("an object without prototype", Object.assign(Object.create(null), { a: 1 }), {
  as: { a: 1 },
});
rowForAll("symbol keys and hidden properties", Object.defineProperty({ [Symbol()]: 1 }, "h", {}), {
  as: {},
});
rowForAll("own properties named like the prototype's", ownProto, "exact");
rowForAll("a cycle", cycle, "refused");

for (const [key, codec] of Object.entries(codecs)) {
  // The names of a row are those of the codecs above.
  const format = key as keyof typeof codecs;
  for (const { name, value, [format]: outcome } of rows) {
    if (outcome === "refused") refuses(codec, name, value);
    else carries(codec, name, { value, expected: outcome === "exact" ? value : outcome.as });
  }
}

function carries(
  codec: RpcCodec,
  name: string,
  { value, expected }: { readonly value: unknown; readonly expected: unknown },
): void {
  test(`${codec.name} carries ${name}`, () => {
    assertEquals(codec.decode(codec.encode(value)), expected);
    assertEquals(codec.decode(codec.encode({ user: [0, value, "x"] })), {
      user: [0, expected, "x"],
    });
  });
}

function refuses(codec: RpcCodec, name: string, value: unknown): void {
  test(`${codec.name} refuses ${name}, by its path`, () => {
    const error = assertThrows(() => codec.encode(value), TypeError);
    assert(/^Cannot encode value.* as \w+: found .+, expected .+$/.test(error.message));
    assert(!error.message.includes("secret"));
    const wrapped = { ok: 1, user: { list: [0, { "a b": [value] }] } };
    assertThrows(() => codec.encode(wrapped), TypeError, 'value.user.list[1]["a b"][0]');
    // Nothing of the failed attempt is left.
    assertEquals(codec.decode(codec.encode({ a: 1 })), { a: 1 });
  });
}

test("raw carries a Uint8Array and refuses everything else", () => {
  // What a program without types may do.
  const raw = rawCodec() as RpcCodec;
  for (const { value } of rows) {
    if (value instanceof Uint8Array) assert(raw.decode(raw.encode(value)) instanceof Uint8Array);
    else assertThrows(() => raw.encode(value), TypeError, "expected a Uint8Array");
  }
});

const protoInput = {
  messagepack: fromHex("81a95f5f70726f746f5f5f81a17801"),
  cbor: fromHex("a1695f5f70726f746f5f5fa1617801"),
  json: new TextEncoder().encode('{"__proto__":{"x":1}}'),
};
const duplicates = {
  messagepack: fromHex("82a16101a16102"),
  cbor: fromHex("a2616101616102"),
  json: new TextEncoder().encode('{"a":1,"a":2}'),
};

for (const [key, codec] of Object.entries(codecs)) {
  // See above.
  const format = key as keyof typeof codecs;

  test(`${format} makes an own property of __proto__, never a prototype`, () => {
    const decoded = codec.decode(protoInput[format]) as Record<string, unknown>;
    assert(Object.hasOwn(decoded, "__proto__"));
    assert(Object.getPrototypeOf(decoded) === Object.prototype);
    assert(decoded["x"] === undefined && !("x" in {}));
    assertEquals(codec.encode(decoded), protoInput[format]);
  });

  test(`${format} lets the last of equal keys count`, () => {
    assertEquals(codec.decode(duplicates[format]), { a: 2 });
  });

  test(`${format} refuses empty input, cut input and trailing bytes`, () => {
    const encoded = codec.encode({ a: [1.5, "text", { b: null }] });
    assertThrows(() => codec.decode(new Uint8Array()), SyntaxError);
    for (let end = 1; end < encoded.length; end++) {
      assertThrows(() => codec.decode(encoded.subarray(0, end)), SyntaxError);
    }
    assertThrows(() => codec.decode(Uint8Array.of(...encoded, 0)), SyntaxError);
  });

  test(`${format} cuts the path of a value that is nested deep`, () => {
    const deep = Array.from({ length: 50 }).reduce<unknown>((value) => ({ key: value }), Symbol());
    const error = assertThrows(() => codec.encode(deep), TypeError, "value.key.key.key");
    assert(error.message.length < 250 && error.message.includes("..."));
  });
}
