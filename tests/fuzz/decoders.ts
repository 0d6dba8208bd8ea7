/** Every decoder that sees bytes of a peer, with right inputs to begin with and what it may answer. */
import {
  cborCodec,
  jsonCodec,
  messagePackCodec,
  rawCodec,
  type RpcCodec,
} from "../../src/codecs/mod.ts";
import { ProtobufReader } from "../../src/internal/protobuf.ts";
import { ByteWriter } from "../../src/internal/byte_writer.ts";
import { decodeBatch, encodeBatch } from "../../src/protocol/batch.ts";
import { statusFromCloseCode } from "../../src/protocol/close_code.ts";
import { truncateCloseReason } from "../../src/protocol/close_reason.ts";
import type { RpcErrorDetail } from "../../src/protocol/error_detail.ts";
import { decodeErrorDetail, encodeErrorDetail } from "../../src/protocol/error_detail_codec.ts";
import type { HelloFrame, RpcFrame } from "../../src/protocol/frame.ts";
import { FrameError } from "../../src/protocol/frame_error.ts";
import { createLimits, DEFAULT_LIMITS } from "../../src/protocol/limits.ts";
import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { validateMetadata } from "../../src/protocol/metadata_rules.ts";
import { parseMethodPath } from "../../src/protocol/method_path.ts";
import { FrameReader } from "../../src/protocol/native/frame_reader.ts";
import { encodeHello } from "../../src/protocol/native/hello_codec.ts";
import {
  MetadataBlockReader,
  writeMetadataBlock,
} from "../../src/protocol/native/metadata_block.ts";
import { MethodPathReader } from "../../src/protocol/native/method_path_reader.ts";
import { nativeWire } from "../../src/protocol/native/native_wire.ts";
import { encodeStatusText, readStatusText } from "../../src/protocol/native/status_text.ts";
import { formatStatus, RpcStatus, toStatusCode } from "../../src/protocol/status.ts";
import { checkHandshake, parseProtocols } from "../../src/server/handshake.ts";
import { createOriginCheck } from "../../src/server/origin.ts";
import { RpcUpgradePolicy } from "../../src/server/upgrade_policy.ts";
import { errorFromLoss, lossFromClose } from "../../src/transports/connection/loss.ts";
import { randomValue } from "../codecs/random_value.ts";
import { assert } from "../support/assert.ts";
import { bytesOf, helloFrame, openFrame, statusFrame } from "../support/native_frames.ts";
import { frameOf, readFrameVectors } from "../support/native_vectors.ts";
import type { Random } from "../support/random.ts";
import { weigh } from "./weigh.ts";

/** A decoder under attack. */
export interface FuzzTarget {
  readonly name: string;
  /** A right input. */
  create(random: Random): Uint8Array;
  /**
   * Decodes an input.
   *
   * @returns Whether it was accepted
   * @throws {unknown} When the decoder breaks its word: another error than it promises, or too much
   */
  decode(bytes: Uint8Array): boolean;
  /** An input of about so many bytes that is as bad as can be; none where inputs are short. */
  createWorst?: readonly ((bytes: number) => Uint8Array)[];
}

/** Longest text of an error; it may go out as a close reason or into a log. */
const MAX_ERROR_TEXT = 2000;

/** Whether `body` goes well; fails unless it throws as `isDocumented` says. */
function survives(body: () => void, isDocumented: (error: Error) => boolean): boolean {
  try {
    body();
    return true;
  } catch (error) {
    if (!(error instanceof Error) || !isDocumented(error)) throw error;
    assert(error.message.length <= MAX_ERROR_TEXT, "the error is longer than any reader wants");
    return false;
  }
}

function isFrameError(error: Error): boolean {
  return error instanceof FrameError && [4400, 4413].includes(error.closeCode) &&
    error.code === RpcStatus.INTERNAL && /^Cannot decode /.test(error.message);
}

/** So often the same few bytes. */
function repeat(unit: readonly number[] | Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const times = Math.max(1, Math.floor(bytes / unit.length));
  const repeated = new Uint8Array(times * unit.length);
  for (let index = 0; index < times; index++) repeated.set(unit, index * unit.length);
  return repeated;
}

function concat(...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A length as varint. */
function varint(value: number): Uint8Array {
  const out = new ByteWriter(16);
  out.varint(value);
  return out.take();
}

/** A frame with this payload. */
function frameWith(head: readonly number[], payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(head, varint(payload.length), payload);
}

const TEXTS = ["", "x", "No such room", "нет", "漢字", "😀", " ", "a,b;c=d", "\u0000\n\ufffd", "/"];

function randomText(random: Random): string {
  const text = TEXTS[random.below(TEXTS.length)] ?? "";
  return text.repeat(random.below(random.next() < 0.05 ? 200 : 4));
}

function randomBytes(random: Random, most: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: random.below(most) }, () => random.below(256));
}

const NAMES = ["authorization", "x-tag", "x-sign-bin", "a", "x-tag", "trace.id_0-9", "b-bin"];

function randomMetadata(random: Random): RpcMetadata {
  const entries = Array.from({ length: random.below(5) }, (): [string, string | Uint8Array] => {
    const name = NAMES[random.below(NAMES.length)] ?? "";
    const value = name.endsWith("-bin") ? randomBytes(random, 20) : "value".repeat(random.below(9));
    return [name, value];
  });
  return RpcMetadata.from(entries);
}

function randomDetail(random: Random): RpcErrorDetail {
  const text = (): string => randomText(random);
  const many = <T>(make: () => T): T[] => Array.from({ length: random.below(4) }, make);
  switch (random.below(5)) {
    case 0:
      return {
        type: "google.rpc.BadRequest",
        fieldViolations: many(() => ({ field: text(), description: text() })),
      };
    case 1:
      return { type: "google.rpc.RetryInfo", retryDelayMs: random.below(1e6) / 8 };
    case 2:
      return {
        type: "google.rpc.ErrorInfo",
        reason: text(),
        domain: text(),
        metadata: Object.fromEntries(many(() => [text(), text()])),
      };
    case 3:
      return { type: "google.rpc.DebugInfo", stackEntries: many(text), detail: text() };
    default:
      return { type: "acme.Quota", value: randomBytes(random, 30) };
  }
}

function randomHello(random: Random): HelloFrame {
  const number = (): number => Math.floor(2 ** (random.next() * 53)) - 1;
  return helloFrame({
    maxMessageBytes: number(),
    maxStreams: number(),
    streamWindowBytes: number(),
    connectionWindowBytes: number(),
    session: random.below(2) === 0 ? undefined : new Uint8Array(1 + random.below(64)),
    receivedBatches: number(),
    sessionMs: number(),
    compressions: ["gzip", "zstd", ""].slice(random.below(4)),
  });
}

const VECTORS: readonly RpcFrame[] = readFrameVectors().flatMap(({ batches }) =>
  batches.flatMap(({ frames }) => frames.map(frameOf))
).filter(({ kind }) => kind !== "piece");

/** Any frame but a piece, which is alone in its message. */
export function randomFrame(random: Random): RpcFrame {
  const streamId = 1 + random.below(6);
  const message = randomBytes(random, 40);
  switch (random.below(6)) {
    case 0:
      return openFrame({ streamId, headers: randomMetadata(random), message, end: true });
    case 1:
      return statusFrame({
        streamId,
        code: random.below(18),
        text: randomText(random),
        details: Array.from({ length: random.below(3) }, () => randomDetail(random)),
        trailers: randomMetadata(random),
        messages: random.below(3),
      });
    case 2:
      return { kind: "headers", streamId, headers: randomMetadata(random), fault: undefined };
    case 3:
      return randomHello(random);
    default:
      return VECTORS[random.below(VECTORS.length)] ?? { kind: "ping", token: 1 };
  }
}

/** A batch as a peer sends it; method numbers hold, as every path is in it. */
export function randomBatch(random: Random): Uint8Array {
  const frames = Array.from({ length: 1 + random.below(5) }, () => randomFrame(random));
  const encoder = nativeWire.createEncoder(DEFAULT_LIMITS);
  const batch = encodeBatch(encoder, frames);
  if (random.below(10) > 0) return batch;
  return encodeBatch(encoder, [{ kind: "piece", piece: batch, more: random.below(2) === 0 }]);
}

/** Bytes of messages that frames show, and how many things they hold. */
function checkFrames(frames: readonly RpcFrame[], batch: Uint8Array): void {
  let shown = 0;
  for (const frame of frames) {
    // Metadata keeps its entries to itself: each has more than two bytes in the batch.
    const blocks = "headers" in frame && frame.headers !== undefined ? [frame.headers] : [];
    if ("trailers" in frame) blocks.push(frame.trailers);
    for (const block of blocks) {
      shown += block.size * 2;
      validateMetadata(block);
    }
    if (frame.kind === "piece") shown += frame.piece.length;
    if ("message" in frame) shown += frame.message?.length ?? 0;
    if ("details" in frame) shown += frame.details.length * 2;
  }
  assert(shown <= batch.length, `${shown} bytes of ${batch.length} are shown`);
  assert(frames.length * 4 <= batch.length, `${frames.length} frames in ${batch.length} bytes`);
}

const frames: FuzzTarget = {
  name: "native frames",
  create: randomBatch,
  decode: (bytes) =>
    survives(() => {
      checkFrames(decodeBatch(nativeWire.createDecoder(DEFAULT_LIMITS), bytes), bytes);
    }, isFrameError),
  createWorst: [
    (bytes) => repeat([9, 0, 0, 1, 7], bytes),
    (bytes) => repeat([200, 0, 0, 0], bytes),
    (bytes) => repeat([3, 0, 1, 0], bytes),
    // Openings with a path of their own each, and with one that is no path.
    (bytes) => repeat([2, 0x20, 1, 6, 4, 0x2f, 0x41, 0x2f, 0x62, 0], bytes),
    (bytes) => repeat([2, 0x20, 1, 2, 0, 0], bytes),
    (bytes) => repeat([8, 0, 1, 2, 1, 1], bytes),
  ],
};

const hello: FuzzTarget = {
  name: "native HELLO",
  create: (random) => encodeHello(randomHello(random)),
  decode: (bytes) =>
    survives(() => {
      const decoder = nativeWire.createDecoder(DEFAULT_LIMITS);
      const [frame] = decodeBatch(decoder, frameWith([1, 0, 0], bytes));
      assert(frame?.kind === "hello");
      assert(frame.compressions.length <= bytes.length, "names from nowhere");
    }, isFrameError),
  createWorst: [
    (bytes) => concat([1, 10], varint(bytes), new Uint8Array(bytes)),
  ],
};

/** Reads bytes with a reader of frames. */
function read<T>(bytes: Uint8Array, body: (reader: FrameReader) => T): T {
  const reader = new FrameReader();
  reader.open(bytes);
  reader.frame = "part";
  const value = body(reader);
  assert(reader.position <= bytes.length, "it was read beyond the end");
  return value;
}

function metadataBlock(metadata: RpcMetadata): Uint8Array {
  const out = new ByteWriter();
  writeMetadataBlock(metadata, DEFAULT_LIMITS, out);
  return out.take();
}

const metadata: FuzzTarget = {
  name: "native metadata blocks",
  create: (random) => metadataBlock(randomMetadata(random)),
  decode: (bytes) =>
    survives(() => {
      const blocks = new MetadataBlockReader(DEFAULT_LIMITS);
      const found = read(bytes, (reader) => blocks.read(reader));
      const fault = blocks.takeFault();
      assert(fault === undefined || found.size === 0, "a block that was refused came through");
      // What has come in may be sent on.
      validateMetadata(found);
    }, isFrameError),
  createWorst: [
    (bytes) => concat(varint(bytes), repeat([0xff, 0x7f], bytes)),
    (bytes) => concat(varint(bytes + 2), [0x80, 0x01], repeat([1, 0x61, 0], bytes)),
  ],
};

const statusTexts: FuzzTarget = {
  name: "native status texts",
  create(random) {
    const details = Array.from({ length: random.below(4) }, () => randomDetail(random));
    return encodeStatusText(`x${randomText(random)}`, details, 65536) ?? new Uint8Array();
  },
  decode: (bytes) =>
    survives(() => {
      const { text, details } = read(bytes, (reader) => readStatusText(reader, 65536));
      assert(text.length + details.length * 2 <= bytes.length, "a text from nowhere");
    }, isFrameError),
  createWorst: [
    (bytes) => concat([1, 0x78], varint(2 ** 40), repeat([0, 0], bytes)),
    (bytes) => concat([1, 0x78], varint(bytes / 2), repeat([0, 0], bytes)),
  ],
};

const DETAIL_TYPES = [
  "google.rpc.BadRequest",
  "google.rpc.RetryInfo",
  "google.rpc.ErrorInfo",
  "google.rpc.DebugInfo",
  "__proto__",
];

const errorDetails: FuzzTarget = {
  name: "error details",
  create: (random) => encodeErrorDetail(randomDetail(random)),
  decode(bytes) {
    let known = 0;
    for (const type of DETAIL_TYPES) {
      // An error must reach its caller whatever its details are: this must never throw.
      const detail = decodeErrorDetail(type, bytes);
      assert(detail.type === type, "the type is another one");
      if ("value" in detail) assert(detail.value === bytes, "the bytes are not as they came");
      else {
        known++;
        const { things } = weigh(detail);
        assert(things <= 3 * bytes.length + 10, `${things} things in ${bytes.length} bytes`);
        encodeErrorDetail(detail);
      }
    }
    return known > 0;
  },
  createWorst: [
    (bytes) => repeat([0x0a, 0], bytes),
    (bytes) => repeat([0x1a, 2, 0x0a, 0], bytes),
    (bytes) => repeat([0x08, 1], bytes),
  ],
};

const protobuf: FuzzTarget = {
  name: "Protocol Buffers fields",
  create: (random) => encodeErrorDetail(randomDetail(random)),
  decode: (bytes) =>
    survives(() => {
      const fields = new ProtobufReader(bytes).bytes(1);
      assert(fields.length <= bytes.length, "fields from nowhere");
    }, (error) => error instanceof RangeError && /^Cannot read /.test(error.message)),
};

/** How many arrays may be in each other. */
const MAX_DEPTH = 256;

/** Arrays in arrays, written by hand. */
function nest(codec: string, depth: number): Uint8Array {
  if (codec === "json") return concat(repeat([0x5b], depth), repeat([0x5d], depth));
  return codec === "cbor"
    ? concat(repeat([0x81], depth - 1), [0x80])
    : concat(repeat([0x91], depth - 1), [0x90]);
}

/** A message codec: what it takes it can say again. */
function codecTarget(
  codec: RpcCodec,
  name: string,
  worst: readonly ((bytes: number) => Uint8Array)[],
): FuzzTarget {
  const isRich = codec.name === "messagepack";
  const isMap = name.endsWith("on top");
  return {
    name,
    create(random) {
      // Now and then one that is as deep as may be, or a little deeper.
      const depth = random.next() < 0.02 ? 250 + random.below(10) : 0;
      if (depth > 0 && !isMap) return nest(codec.name, depth);
      const value = randomValue((limit) => random.below(limit), isRich, 4);
      return codec.encode(isMap ? { value } : value);
    },
    decode: (bytes) =>
      survives(() => {
        const value = codec.decode(bytes);
        const weight = weigh(value);
        assert(weight.things <= bytes.length, `${weight.things} values in ${bytes.length} bytes`);
        assert(weight.bytes <= bytes.length, `${weight.bytes} bytes of ${bytes.length}`);
        assert(weight.depth <= MAX_DEPTH + 1, `${weight.depth} levels`);
        // JSON.parse makes Infinity of a number that is too large.
        if (codec.name !== "json") codec.encode(value);
      }, (error) =>
        (error instanceof SyntaxError || error instanceof RangeError) &&
        /^Cannot decode /.test(error.message)),
    createWorst: worst,
  };
}

const messagePack = codecTarget(messagePackCodec(), "MessagePack", [
  (bytes) => concat([0xdd, bytes >>> 24, bytes >>> 16, bytes >>> 8, bytes], repeat([0x90], bytes)),
  (bytes) => concat([0xdd, 0x7f, 0xff, 0xff, 0xff], repeat([0xdd, 0xff], bytes)),
  (bytes) => repeat([0xdd, 0, 0xff, 0xff, 0xff], bytes),
  (bytes) => {
    const entries = Math.floor(bytes / 6);
    const map = repeat([0xa4, 0, 0, 0, 0, 0xc0], entries * 6);
    for (let index = 0; index < entries; index++) {
      map.set(bytesOf(index.toString(36).padStart(4, "_")), index * 6 + 1);
    }
    return concat([0xdf, entries >>> 24, entries >>> 16, entries >>> 8, entries], map);
  },
  (bytes) => concat([0xdb, bytes >>> 24, bytes >>> 16, bytes >>> 8, bytes], repeat([0xc3], bytes)),
]);

const cborWorst: readonly ((bytes: number) => Uint8Array)[] = [
  (bytes) => concat([0x9f], repeat([0x80], bytes), [0xff]),
  (bytes) => concat([0x7f], repeat([0x60], bytes), [0xff]),
  (bytes) => concat([0x7f], repeat([0x61, 0x78], bytes), [0xff]),
  (bytes) => concat([0x5f], repeat([0x40], bytes), [0xff]),
  (bytes) => concat(repeat([0xc0], bytes), [0]),
  (bytes) => repeat([0x81], bytes),
  (bytes) => repeat([0x9a, 0, 0xff, 0xff, 0xff], bytes),
];
const cbor = codecTarget(cborCodec(), "CBOR", cborWorst);
const cborBigints = codecTarget(
  cborCodec({ largeIntegers: "bigint", topLevel: "map" }),
  "CBOR with bigints and a map on top",
  [],
);
const json = codecTarget(jsonCodec(), "JSON", [
  (bytes) => repeat(bytesOf("["), bytes),
  (bytes) => concat(bytesOf("["), repeat(bytesOf("0,"), bytes), bytesOf("0]")),
  (bytes) => concat(bytesOf('"'), repeat(bytesOf("\\"), bytes), bytesOf('"')),
  (bytes) => concat(bytesOf("1"), repeat(bytesOf("0"), bytes)),
]);

const raw: FuzzTarget = {
  name: "raw bytes",
  create: (random) => randomBytes(random, 100),
  decode(bytes) {
    const decoded = rawCodec().decode(bytes);
    assert(decoded.length === bytes.length && decoded.constructor === Uint8Array);
    return true;
  },
};

const paths: FuzzTarget = {
  name: "method paths",
  create(random) {
    const path = bytesOf(random.pick(["/Chat/send", "/acme.Chat-2_x/join_Room-1", "/a/b"]));
    return concat(varint(path.length), path);
  },
  decode: (bytes) =>
    survives(() => {
      const path = read(bytes, (reader) => new MethodPathReader(DEFAULT_LIMITS).readPath(reader));
      const parsed = typeof path === "string" ? parseMethodPath(path) : undefined;
      assert(typeof path === "number" || parsed !== undefined, "a path that is none came through");
      if (parsed !== undefined) assert(path === `/${parsed.service}/${parsed.method}`);
    }, isFrameError),
  createWorst: [(bytes) => concat(varint(bytes), repeat(bytesOf("/a"), bytes))],
};

function textOf(bytes: Uint8Array): string {
  // Two bytes a unit, so that there are surrogates alone and in pairs.
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    text += String.fromCharCode((bytes[at] ?? 0) << 8 | (bytes[at + 1] ?? 0));
  }
  return text;
}

const closes: FuzzTarget = {
  name: "close codes and reasons",
  create(random) {
    const reason = randomText(random).repeat(5);
    const bytes = new Uint8Array(2 + 2 * reason.length);
    for (let at = 0; at < reason.length; at++) {
      bytes.set([reason.charCodeAt(at) >> 8, reason.charCodeAt(at) & 0xff], 2 + 2 * at);
    }
    const code = random.pick([1000, 1001, 1006, 4400, 4413, 3000, random.below(65536)]);
    bytes.set([code >> 8, code & 0xff]);
    return bytes;
  },
  decode(bytes) {
    const code = (bytes[0] ?? 0) << 8 | (bytes[1] ?? 0);
    const reason = textOf(bytes.subarray(2));
    const wasClean = bytes.length % 2 === 0;
    const loss = lossFromClose({ code, reason, wasClean, cause: undefined });
    assert(loss.code !== RpcStatus.OK && statusFromCloseCode(code) !== RpcStatus.OK);
    errorFromLoss(loss, true);
    const cut = truncateCloseReason(reason);
    const length = new TextEncoder().encode(cut).length;
    assert(reason.startsWith(cut) && length <= 123, `${length} bytes are left of the reason`);
    const isCut = cut.length < reason.length;
    const splits = isCut && /[\ud800-\udbff]$/.test(cut) &&
      /^[\udc00-\udfff]/.test(reason.slice(cut.length));
    assert(!splits && (!isCut || length > 119), "the reason is cut in the wrong place");
    return !isCut;
  },
};

/** Bytes as a value that a header may have; undefined when none can have it. */
function headerOf(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 4096));
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text.trim() : undefined;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const protocols: FuzzTarget = {
  name: "Sec-WebSocket-Protocol",
  create: (random) =>
    bytesOf(random.pick(["rpc-ts.v1", "chat, rpc-ts.v1", "a,b,c,d", "rpc-ts.v1 , x.y-z"])),
  decode(bytes) {
    const header = String.fromCharCode(...bytes.subarray(0, 4096));
    const names = parseProtocols(header);
    if (names === undefined) return false;
    assert(names.length <= 64 && new Set(names).size === names.length, "names come twice");
    assert(names.every((name) => TOKEN.test(name)), "a name is no token");
    return true;
  },
  createWorst: [
    (bytes) => repeat(bytesOf("a,"), bytes),
    (bytes) => repeat(bytesOf(" "), bytes),
  ],
};

const ORIGIN_CHECKS = [
  createOriginCheck(undefined),
  createOriginCheck(["https://app.example.com"]),
  createOriginCheck(["null"]),
];

const origins: FuzzTarget = {
  name: "Origin",
  create: (random) =>
    bytesOf(random.pick([
      "https://app.example.com",
      "http://127.0.0.1:8080",
      "null",
      "https://app.example.com, https://app.example.com",
      "https://app.example.com:443@evil.example.com",
    ])),
  decode(bytes) {
    const origin = headerOf(bytes);
    if (origin === undefined) return false;
    const request = new Request("http://127.0.0.1:8080/rpc", { headers: { origin } });
    const [own, listed, none] = ORIGIN_CHECKS.map((check) => check(request));
    if (listed === true) assert(origin.toLowerCase() === "https://app.example.com", origin);
    if (none === true) assert(origin.toLowerCase() === "null", origin);
    if (own === true) assert(new URL(origin).host === "127.0.0.1:8080", origin);
    return own === true || listed === true || none === true;
  },
};

const HANDSHAKE: readonly (readonly [string, string])[] = [
  ["connection", "Upgrade"],
  ["upgrade", "websocket"],
  ["sec-websocket-version", "13"],
  ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ["sec-websocket-protocol", "rpc-ts.v1"],
  ["origin", "http://127.0.0.1:8080"],
  ["host", "127.0.0.1:8080"],
];

const policy = new RpcUpgradePolicy();
const HANDSHAKE_TEXT = HANDSHAKE.map(([name, value]) => `${name}: ${value}`).join("\n");

function headersOf(text: string): Headers {
  const headers = new Headers();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    try {
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    } catch {
      // No server hands over what is no header.
    }
  }
  return headers;
}

const handshakes: FuzzTarget = {
  name: "handshakes",
  create: () => bytesOf(HANDSHAKE_TEXT),
  decode(bytes) {
    const headers = headersOf(String.fromCharCode(...bytes.subarray(0, 8192)));
    const request = new Request("http://127.0.0.1:8080/rpc", { headers });
    const refusal = checkHandshake(request);
    const decision = policy.decide(request);
    assert(!(decision instanceof Promise), "nothing was to be waited for");
    if (decision.kind === "accepted") {
      assert(refusal === undefined && decision.protocol === "rpc-ts.v1");
      return true;
    }
    assert([400, 403, 405, 426].includes(decision.response.status), "an unexpected answer");
    return false;
  },
};

const statusCodes: FuzzTarget = {
  name: "status codes",
  create: (random) => varint(random.below(20)),
  decode: (bytes) =>
    survives(() => {
      const code = read(bytes, (reader) => reader.varint("code"));
      assert(formatStatus(toStatusCode(code)) !== undefined);
      assert(toStatusCode(code) === code || toStatusCode(code) === RpcStatus.UNKNOWN);
    }, isFrameError),
};

/** A decoder whose limits are all small: every check is taken. */
const SMALL = createLimits({
  maxMessageBytes: 10,
  maxMetadataBytes: 20,
  maxHeaders: 2,
  maxHeaderNameBytes: 4,
  maxHeaderValueBytes: 5,
  maxPathBytes: 8,
});

const smallFrames: FuzzTarget = {
  name: "native frames with small limits",
  create: randomBatch,
  decode: (bytes) =>
    survives(() => {
      for (const frame of decodeBatch(nativeWire.createDecoder(SMALL), bytes)) {
        if (frame.kind === "open" && frame.fault === undefined) {
          assert(frame.path.length <= 8, "a path that is too long came through");
          validateMetadata(frame.headers, SMALL);
        }
      }
    }, isFrameError),
};

/** All of them. */
export const TARGETS: readonly FuzzTarget[] = [
  frames,
  smallFrames,
  hello,
  metadata,
  statusTexts,
  statusCodes,
  errorDetails,
  protobuf,
  paths,
  messagePack,
  cbor,
  cborBigints,
  json,
  raw,
  closes,
  protocols,
  origins,
  handshakes,
];
