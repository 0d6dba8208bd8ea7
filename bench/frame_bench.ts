/**
 * What a frame costs, without socket, codec or call: how long a unary call of 110 bytes and a
 * streamed message of 1 KiB take to write and to read, and what headers add.
 *
 * Batches are made outside of what is measured. The baseline is JSON, which is what one would write
 * by hand; it carries the message as text, without a copy of bytes, and no headers.
 */
import { ByteWriter } from "../src/internal/byte_writer.ts";
import type { RpcFrame } from "../src/protocol/frame.ts";
import { DEFAULT_LIMITS } from "../src/protocol/limits.ts";
import { RpcMetadata } from "../src/protocol/metadata.ts";
import { nativeWire } from "../src/protocol/native/native_wire.ts";

const FRAMES_PER_BATCH = 32;

const message = Uint8Array.from({ length: 110 }, (_, index) => 97 + index % 26);
const text = new TextDecoder().decode(message);
const headers = RpcMetadata.from({
  "authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo",
  "x-tenant": "acme",
  "x-trace-id": "0af7651916cd43dd8448eb211c80319c",
});

const request: RpcFrame = {
  kind: "open",
  streamId: 200_001,
  path: "/Chat/send",
  timeoutMs: 500,
  headers: RpcMetadata.empty,
  message,
  more: false,
  compressed: false,
  end: true,
  fault: undefined,
};
const requestWithHeaders: RpcFrame = { ...request, headers };
const reply: RpcFrame = {
  kind: "status",
  streamId: 200_001,
  code: 0,
  text: "",
  details: [],
  maybeExecuted: true,
  headers: undefined,
  trailers: RpcMetadata.empty,
  message,
  compressed: false,
  messages: 1,
  fault: undefined,
};
const item: RpcFrame = {
  kind: "message",
  streamId: 200_001,
  message: new Uint8Array(1024),
  more: false,
  compressed: false,
};

const out = new ByteWriter(1024);
const encoder = nativeWire.createEncoder(DEFAULT_LIMITS);
const decoder = nativeWire.createDecoder(DEFAULT_LIMITS);
// The path is named once; everything below uses its number.
encoder.encode(request, out);
decoder.decode(out.take(), { onFrame: () => {} });

function encodeMany(frame: RpcFrame): Uint8Array {
  for (let count = 0; count < FRAMES_PER_BATCH; count++) encoder.encode(frame, out);
  return out.take();
}

let seen = 0;
const onFrame = (frame: RpcFrame): void => {
  seen += frame.kind.length;
};

const cases: readonly (readonly [string, RpcFrame])[] = [
  ["unary request", request],
  ["unary request with three headers", requestWithHeaders],
  ["unary reply", reply],
  ["streamed message of 1 KiB", item],
];

const jsonEncoder = new TextEncoder();
const jsonDecoder = new TextDecoder();
const jsonRequest = { id: 200_001, method: "/Chat/send", timeoutMs: 500, message: text };
const jsonBytes = jsonEncoder.encode(JSON.stringify(jsonRequest));

Deno.bench({
  name: `JSON request, ${FRAMES_PER_BATCH} times`,
  group: "write a batch",
  baseline: true,
  fn: () => {
    for (let count = 0; count < FRAMES_PER_BATCH; count++) {
      seen += jsonEncoder.encode(JSON.stringify(jsonRequest)).length;
    }
  },
});
Deno.bench({
  name: `JSON request, ${FRAMES_PER_BATCH} times`,
  group: "read a batch",
  baseline: true,
  fn: () => {
    for (let count = 0; count < FRAMES_PER_BATCH; count++) {
      seen += JSON.parse(jsonDecoder.decode(jsonBytes)).id;
    }
  },
});
for (const [name, frame] of cases) {
  const batch = encodeMany(frame);
  Deno.bench({
    name: `${name}, ${FRAMES_PER_BATCH} times`,
    group: "write a batch",
    fn: () => {
      seen += encodeMany(frame).length;
    },
  });
  Deno.bench({
    name: `${name}, ${FRAMES_PER_BATCH} times`,
    group: "read a batch",
    fn: () => decoder.decode(batch, { onFrame }),
  });
}
