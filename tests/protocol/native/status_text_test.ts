import type { RpcErrorDetail } from "../../../src/protocol/error_detail.ts";
import { FrameReader } from "../../../src/protocol/native/frame_reader.ts";
import { encodeStatusText, readStatusText } from "../../../src/protocol/native/status_text.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { toHex } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

function detailOf(bytes: number): RpcErrorDetail {
  return { type: "a.B", value: new Uint8Array(bytes) };
}

function write(text: string, details: readonly RpcErrorDetail[], maxBytes: number): Uint8Array {
  const bytes = encodeStatusText(text, details, maxBytes);
  assert(bytes !== undefined);
  return bytes;
}

function read(bytes: Uint8Array, maxBytes: number) {
  const reader = new FrameReader();
  reader.open(bytes);
  const status = readStatusText(reader, maxBytes);
  reader.finish("the text");
  return status;
}

test("encodeStatusText() is undefined when there is nothing to say", () => {
  assertEquals(encodeStatusText("", [], 100), undefined);
});

test("encodeStatusText() and readStatusText() keep text and details", () => {
  const details: RpcErrorDetail[] = [
    { type: "google.rpc.RetryInfo", retryDelayMs: 250 },
    { type: "acme.Quota", value: new Uint8Array([1, 2]) },
    { type: "", value: new Uint8Array(0) },
  ];
  for (const text of ["", "No such room", "Größe ж 日 \u{1F600}", "tab\tand\nline"]) {
    assertEquals(read(write(text, details, 1000), 1000), { text, details });
    assertEquals(read(write(`${text}x`, [], 1000), 1000), { text: `${text}x`, details: [] });
  }
  assertEquals(toHex(write("ab", [detailOf(1)], 1000)), "0261620103612e420100");
});

test("encodeStatusText() drops the details that do not fit, and no other", () => {
  // Text of 3 bytes and count of 1, then 4 + 1 + n bytes for each detail.
  const details = [detailOf(10), detailOf(20), detailOf(1)];
  const kept = (maxBytes: number) => read(write("ab", details, maxBytes), 1000).details.length;
  assertEquals(kept(4 + 15 + 25 + 6), 3);
  assertEquals(kept(4 + 15 + 25 + 5), 2);
  assertEquals(kept(4 + 15 + 25), 2);
  assertEquals(kept(4 + 15 + 24), 1);
  assertEquals(kept(4 + 14), 0);
  assertEquals(kept(1), 0);
});

test("encodeStatusText() cuts the text at 8 KiB", () => {
  assertEquals(read(write("x".repeat(8192), [], 65536), 65536).text.length, 8192);
  assertEquals(read(write("x".repeat(8193), [], 65536), 65536).text.length, 8192);
  assertEquals(read(write("é".repeat(5000), [], 65536), 65536).text.length, 4096);
});

test("readStatusText() keeps the text of a part above the limit, not its details", () => {
  const bytes = write("ab", [detailOf(10), detailOf(20)], 1000);
  assertEquals(read(bytes, bytes.length).details.length, 2);
  assertEquals(read(bytes, bytes.length - 1), { text: "ab", details: [] });
  const long = Uint8Array.from([0x90, 0x4e, ...new Uint8Array(10_000).fill(0x61), 0]);
  assertEquals(read(long, 1000).text.length, 8192);
});
