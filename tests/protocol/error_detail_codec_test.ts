import type { RpcErrorDetail } from "../../src/protocol/error_detail.ts";
import { decodeErrorDetail, encodeErrorDetail } from "../../src/protocol/error_detail_codec.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { withFrozenNames } from "../support/frozen_names.ts";
import { heapGrowth } from "../support/heap.ts";
import { fromHex, toHex } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

/** Details with their bytes, written out by hand from the proto3 encoding. */
const VECTORS: readonly (readonly [RpcErrorDetail, string])[] = [
  [
    {
      type: "google.rpc.BadRequest",
      fieldViolations: [
        { field: "user.city", description: "is empty" },
        { field: "", description: "ж" },
      ],
    },
    "0a15 0a09757365722e63697479 1208697320656d707479 0a04 1202d0b6",
  ],
  [{ type: "google.rpc.BadRequest", fieldViolations: [] }, ""],
  [{ type: "google.rpc.RetryInfo", retryDelayMs: 0 }, "0a00"],
  [{ type: "google.rpc.RetryInfo", retryDelayMs: 1500 }, "0a08 0801 1080cab5ee01"],
  [{ type: "google.rpc.RetryInfo", retryDelayMs: 0.5 }, "0a04 10a0c21e"],
  [
    {
      type: "google.rpc.ErrorInfo",
      reason: "STOCKOUT",
      domain: "pay.example.com",
      metadata: { zone: "b", count: "" },
    },
    "0a0853544f434b4f5554 120f7061792e6578616d706c652e636f6d 1a09 0a047a6f6e65 120162 " +
    "1a07 0a05636f756e74",
  ],
  [
    { type: "google.rpc.DebugInfo", stackEntries: ["a:1", "", "b:2"], detail: "x" },
    "0a03613a31 0a00 0a03623a32 120178",
  ],
  [{ type: "acme.Quota", value: new Uint8Array([1, 2, 3]) }, "010203"],
];

test("encodeErrorDetail() writes the messages of google.rpc", () => {
  for (const [detail, hex] of VECTORS) {
    assertEquals(toHex(encodeErrorDetail(detail)), hex.replaceAll(" ", ""), detail.type);
  }
});

test("decodeErrorDetail() reads them", () => {
  for (const [detail, hex] of VECTORS) {
    assertEquals(decodeErrorDetail(detail.type, fromHex(hex)), detail, detail.type);
  }
});

test("decodeErrorDetail() keeps what does not decode as it came", () => {
  for (const type of ["BadRequest", "RetryInfo", "ErrorInfo", "DebugInfo"]) {
    for (const hex of ["0a05ff", "08", "0a", "0b", "ffffffffffffffffffffff"]) {
      const value = fromHex(hex);
      const detail = decodeErrorDetail(`google.rpc.${type}`, value);
      assertEquals<unknown>(detail, { type: `google.rpc.${type}`, value });
    }
  }
});

test("decodeErrorDetail() skips fields that it does not know, and of another kind", () => {
  const hex = "0a0161 2a03010203 3001 0a0162 1001 12017a";
  assertEquals<unknown>(decodeErrorDetail("google.rpc.ErrorInfo", fromHex(hex)), {
    type: "google.rpc.ErrorInfo",
    reason: "b",
    domain: "z",
    metadata: {},
  });
});

test("decodeErrorDetail() keeps a key that JavaScript gives a meaning", () => {
  const entry = "0a09 5f5f70726f746f5f5f 120178".replaceAll(" ", "");
  const hex = `1a${(entry.length / 2).toString(16).padStart(2, "0")}${entry}`;
  const detail = decodeErrorDetail("google.rpc.ErrorInfo", fromHex(hex));
  if (!("metadata" in detail)) throw new Error("the detail is raw");
  assertEquals(Object.entries(detail.metadata), [["__proto__", "x"]]);
  assertEquals(toHex(encodeErrorDetail(detail)), hex);
});

test("decodeErrorDetail() takes a negative or endless delay for no RetryInfo", () => {
  for (const hex of ["0a0b 08ffffffffffffffffff01", "0a0a 08ffffffffffffffff7f"]) {
    const value = fromHex(hex);
    const detail = decodeErrorDetail("google.rpc.RetryInfo", value);
    assertEquals<unknown>(detail, { type: "google.rpc.RetryInfo", value });
  }
});

test("encodeErrorDetail() rounds a delay to nanoseconds and clamps what is no delay", () => {
  const delay = (retryDelayMs: number): RpcErrorDetail =>
    decodeErrorDetail(
      "google.rpc.RetryInfo",
      encodeErrorDetail({ type: "google.rpc.RetryInfo", retryDelayMs }),
    );
  const cases: readonly (readonly [number, number])[] = [
    [999.9999999, 1000],
    [86_400_000, 86_400_000],
    [0.000001, 0.000001],
    [-5, 0],
    [NaN, 0],
    [Infinity, 315_576_000_000_000],
  ];
  for (const [given, expected] of cases) {
    assertEquals(delay(given), { type: "google.rpc.RetryInfo", retryDelayMs: expected });
  }
});

test("decodeErrorDetail() throws for no bytes at all", () => {
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let round = 0; round < 5000; round++) {
    const [detail, hex] = VECTORS[random(VECTORS.length)] ??
      [{ type: "", value: new Uint8Array(0) }, ""];
    const bytes = fromHex(hex + "0a0a");
    bytes[random(bytes.length)] = random(256);
    decodeErrorDetail(detail.type, bytes.subarray(0, random(bytes.length + 1)));
  }
});

test("decodeErrorDetail() takes no room for keys that look like indices far apart", () => {
  const value = fromHex("1a06 0a04 31303030");
  const decode = (): unknown => decodeErrorDetail("google.rpc.ErrorInfo", value);
  assertEquals(decode(), {
    type: "google.rpc.ErrorInfo",
    reason: "",
    domain: "",
    metadata: { 1000: "" },
  });
  const growth = heapGrowth(() => Array.from({ length: 2000 }, decode));
  assert(growth < 2000 * 5000, `${growth} bytes`);
});

test("decodeErrorDetail() keeps keys that cannot be assigned to", () => {
  withFrozenNames(([name = ""]) => {
    const detail = { type: "google.rpc.ErrorInfo", reason: "", domain: "" } as const;
    const bytes = encodeErrorDetail({ ...detail, metadata: Object.fromEntries([[name, "x"]]) });
    const decoded = decodeErrorDetail(detail.type, bytes);
    assert("metadata" in decoded && Object.hasOwn(decoded.metadata, name));
  });
});
