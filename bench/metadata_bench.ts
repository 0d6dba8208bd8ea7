/**
 * What metadata costs: to make, to look at, to check and to take over the wire.
 *
 * The baseline is a `Map` or JSON, which is what one would take otherwise; they check nothing.
 */
import { ByteWriter } from "../src/internal/byte_writer.ts";
import type { RpcFrame } from "../src/protocol/frame.ts";
import { DEFAULT_LIMITS } from "../src/protocol/limits.ts";
import { RpcMetadata } from "../src/protocol/metadata.ts";
import { validateMetadata } from "../src/protocol/metadata_rules.ts";
import { nativeWire } from "../src/protocol/native/native_wire.ts";

const HEADERS: Readonly<Record<string, string>> = {
  "authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo",
  "x-tenant": "acme",
  "x-trace-id": "0af7651916cd43dd8448eb211c80319c",
};

const metadata = RpcMetadata.from(HEADERS);
const map = new Map(Object.entries(HEADERS));
const out = new ByteWriter(1024);
const frameEncoder = nativeWire.createEncoder(DEFAULT_LIMITS);
const frameDecoder = nativeWire.createDecoder(DEFAULT_LIMITS);
const frame: RpcFrame = { kind: "headers", streamId: 1, headers: metadata };
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const jsonBytes = encoder.encode(JSON.stringify(HEADERS));

function write(): Uint8Array {
  frameEncoder.encode(frame, out);
  return out.take();
}

const written = write();
let seen = 0;

function onFrame({ kind }: RpcFrame): void {
  seen += kind.length;
}

Deno.bench({
  name: "Map",
  group: "make three headers",
  baseline: true,
  fn: () => {
    seen += new Map(Object.entries(HEADERS)).size;
  },
});
Deno.bench({
  name: "RpcMetadata.from()",
  group: "make three headers",
  fn: () => {
    seen += RpcMetadata.from(HEADERS).size;
  },
});
Deno.bench({
  name: "RpcMetadata.from() and validateMetadata()",
  group: "make three headers",
  fn: () => validateMetadata(RpcMetadata.from(HEADERS), DEFAULT_LIMITS),
});

Deno.bench({
  name: "Map",
  group: "look a header up",
  baseline: true,
  fn: () => {
    seen += map.get("x-trace-id")?.length ?? 0;
  },
});
Deno.bench({
  name: "RpcMetadata.get()",
  group: "look a header up",
  fn: () => {
    seen += metadata.get("x-trace-id")?.length ?? 0;
  },
});

Deno.bench({
  name: "JSON",
  group: "write three headers",
  baseline: true,
  fn: () => {
    seen += encoder.encode(JSON.stringify(HEADERS)).length;
  },
});
Deno.bench({
  name: "a frame of headers",
  group: "write three headers",
  fn: () => {
    seen += write().length;
  },
});

Deno.bench({
  name: "JSON",
  group: "read three headers",
  baseline: true,
  fn: () => {
    seen += Object.keys(JSON.parse(decoder.decode(jsonBytes))).length;
  },
});
Deno.bench({
  name: "a frame of headers",
  group: "read three headers",
  fn: () => {
    frameDecoder.decode(written, { onFrame });
  },
});
