import { type ByteWriter, chunkLength, varintLength } from "../../internal/byte_writer.ts";
import type { Placed, PlacedValue } from "../../internal/placed_value.ts";
import { truncateUtf8, utf8Length } from "../../internal/utf8.ts";
import type {
  FrameEncoder,
  HeadersFrame,
  HelloFrame,
  MessageFrame,
  OpenFrame,
  RpcFrame,
  StatusFrame,
} from "../frame.ts";
import type { RpcLimits } from "../limits.ts";
import { isMethodPath } from "../method_path.ts";
import { RpcStatus } from "../status.ts";
import { MAX_FRAGMENT_BYTES, MAX_NUMBERED_PATHS, MAX_REASON_BYTES } from "./constants.ts";
import {
  ACK,
  CANCEL,
  COMPRESSED,
  CREDIT,
  END,
  GOAWAY,
  HALF_CLOSE,
  HAS_HEADERS,
  HAS_MESSAGE,
  HAS_PATH,
  HAS_TEXT,
  HAS_TRAILERS,
  HEADERS,
  HELLO,
  MESSAGE,
  MORE,
  NOT_EXECUTED,
  OPEN,
  PING,
  PONG,
  PROMPT,
  STATUS,
} from "./frame_type.ts";
import { encodeHello } from "./hello_codec.ts";
import { metadataBlockLength, writeMetadataBlock } from "./metadata_block.ts";
import { encodeInPlace, MessagePlaces } from "./message_places.ts";
import { createPathError } from "./method_path_reader.ts";
import { encodePiece } from "./piece_codec.ts";
import { encodeStatusText } from "./status_text.ts";

/** Most bytes of a frame before its payload. */
const MAX_HEAD_BYTES = 18;

/** Writes the frames of one connection or session; of what it wrote it remembers paths and sizes. */
export class NativeEncoder implements FrameEncoder {
  limits: RpcLimits;
  /** Numbers of the paths that were sent; made with the first of them. */
  #numbers: Map<string, number> | undefined;
  /** Made with the first message that is to be placed. */
  #places: MessagePlaces | undefined;

  constructor(limits: RpcLimits) {
    this.limits = limits;
  }

  encode(frame: RpcFrame, out: ByteWriter): void {
    const before = out.length;
    try {
      this.#encode(frame, out);
    } catch (error) {
      out.truncate(before);
      throw error;
    }
  }

  #encode(frame: RpcFrame, out: ByteWriter): void {
    switch (frame.kind) {
      case "message":
        return this.#message(frame, out);
      case "open":
        return this.#open(frame, out);
      case "status":
        return this.#status(frame, out);
      case "headers":
        return this.#headers(frame, out);
      case "halfClose":
        return writeNumbers(HALF_CLOSE, frame.streamId, out, toCount(frame.messages));
      case "cancel":
        return writeNumbers(CANCEL, frame.streamId, out, frame.code, undefined, frame.reason);
      case "credit":
        return writeNumbers(CREDIT, frame.streamId, out, frame.bytes, frame.messages);
      case "ping":
        return writeNumbers(PING, 0, out, frame.token);
      case "pong":
        return writeNumbers(PONG, 0, out, frame.token);
      case "ack":
        return writeNumbers(ACK, 0, out, frame.batches);
      case "prompt":
        return writeNumbers(PROMPT, 0, out, frame.answers);
      case "piece":
        return encodePiece(frame, out);
      case "goaway":
        return writeNumbers(GOAWAY, 0, out, frame.lastStreamId, frame.code, frame.reason);
      case "hello":
        return this.#hello(frame, out);
    }
  }

  #open(frame: OpenFrame, out: ByteWriter): void {
    const { limits } = this;
    const { path, headers, message } = frame;
    const number = this.#numbers?.get(path) ?? 0;
    if (number === 0 && !isMethodPath(path, limits.maxPathBytes)) {
      throw createPathError(limits, path.length);
    }
    const hasHeaders = headers.size > 0;
    const flags = (number === 0 ? HAS_PATH : 0) | (hasHeaders ? HAS_HEADERS : 0) |
      messageFlags(message, frame.more, frame.compressed) | (frame.end ? END : 0);
    const timeout = toTimeout(frame.timeoutMs);
    const length = (number === 0 ? chunkLength(path.length) : varintLength(number)) +
      varintLength(timeout) + (hasHeaders ? metadataBlockLength(headers, limits) : 0) +
      (message?.length ?? 0);
    writeHead(OPEN, flags, frame.streamId, length, out);
    // A checked path is ASCII.
    if (number === 0) out.textChunk(path, path.length);
    else out.varint(number);
    out.varint(timeout);
    if (hasHeaders) writeMetadataBlock(headers, limits, out);
    if (message !== undefined) out.bytes(message);
    if (number === 0) this.#giveNumber(path);
  }

  #giveNumber(path: string): void {
    const numbers = this.#numbers ??= new Map();
    if (numbers.size < MAX_NUMBERED_PATHS) numbers.set(path, numbers.size + 1);
  }

  #message(frame: MessageFrame, out: ByteWriter): void {
    const flags = messageFlags(frame.message, frame.more, frame.compressed) & ~HAS_MESSAGE;
    this.#places?.note(frame.message.length);
    writeHead(MESSAGE, flags, frame.streamId, frame.message.length, out);
    out.bytes(frame.message);
  }

  #status(frame: StatusFrame, out: ByteWriter): void {
    const { headers, trailers, message } = frame;
    const { limits } = this;
    const messages = toCount(frame.messages);
    const text = encodeStatusText(frame.text, frame.details, limits.maxMetadataBytes);
    const hasHeaders = headers !== undefined && headers.size > 0;
    const hasTrailers = trailers.size > 0;
    const flags = (hasHeaders ? HAS_HEADERS : 0) | (hasTrailers ? HAS_TRAILERS : 0) |
      messageFlags(message, false, frame.compressed) | (text === undefined ? 0 : HAS_TEXT) |
      (frame.maybeExecuted || frame.code === RpcStatus.OK ? 0 : NOT_EXECUTED);
    const length = varintLength(frame.code) + varintLength(messages) +
      (hasHeaders ? metadataBlockLength(headers, limits) : 0) +
      (hasTrailers ? metadataBlockLength(trailers, limits) : 0) +
      (text?.length ?? 0) + (message?.length ?? 0);
    writeHead(STATUS, flags, frame.streamId, length, out);
    out.varint(frame.code);
    out.varint(messages);
    if (hasHeaders) writeMetadataBlock(headers, limits, out);
    if (hasTrailers) writeMetadataBlock(trailers, limits, out);
    if (text !== undefined) out.bytes(text);
    if (message !== undefined) out.bytes(message);
  }

  #headers(frame: HeadersFrame, out: ByteWriter): void {
    const length = metadataBlockLength(frame.headers, this.limits);
    writeHead(HEADERS, 0, frame.streamId, length, out);
    writeMetadataBlock(frame.headers, this.limits, out);
  }

  #hello(frame: HelloFrame, out: ByteWriter): void {
    const payload = encodeHello(frame);
    writeHead(HELLO, 0, 0, payload.length, out);
    out.bytes(payload);
  }

  encodeInPlace(frame: MessageFrame): Uint8Array<ArrayBuffer> {
    return encodeInPlace(frame, messageFlags(frame.message, frame.more, frame.compressed));
  }

  placeMessage(streamId: number, value: PlacedValue, out: ByteWriter): Placed | undefined {
    return (this.#places ??= new MessagePlaces()).place(streamId, value, out);
  }
}

function writeHead(
  type: number,
  flags: number,
  streamId: number,
  length: number,
  out: ByteWriter,
): void {
  out.reserve(MAX_HEAD_BYTES + length);
  out.byte(type);
  out.byte(flags);
  out.varint(streamId);
  out.varint(length);
}

/** Writes a frame of one number or two, and of a reason where it has one. */
function writeNumbers(
  type: number,
  streamId: number,
  out: ByteWriter,
  first: number,
  second?: number,
  reason: string = "",
): void {
  const text = truncateUtf8(reason, MAX_REASON_BYTES);
  const textBytes = utf8Length(text);
  const secondBytes = second === undefined ? 0 : varintLength(second);
  writeHead(type, 0, streamId, varintLength(first) + secondBytes + textBytes, out);
  out.varint(first);
  if (second !== undefined) out.varint(second);
  out.text(text, textBytes);
}

function messageFlags(message: Uint8Array | undefined, more: boolean, compressed: boolean): number {
  if (message === undefined) return 0;
  if (message.length > MAX_FRAGMENT_BYTES) {
    throw new RangeError(
      `Cannot encode frame: message is ${message.length} bytes, limit is ${MAX_FRAGMENT_BYTES} bytes`,
    );
  }
  if (more && message.length === 0) {
    throw new RangeError("Cannot encode frame: a fragment that others follow is empty");
  }
  return HAS_MESSAGE | (more ? MORE : 0) | (compressed ? COMPRESSED : 0);
}

/** Milliseconds as the wire has them: whole, rounded up, 0 for none. */
function toTimeout(timeoutMs: number | undefined): number {
  if (timeoutMs === undefined) return 0;
  return Math.min(Math.max(Math.ceil(timeoutMs), 1), Number.MAX_SAFE_INTEGER);
}

function toCount(messages: number | undefined): number {
  if (messages === undefined) {
    throw new TypeError("Cannot encode frame: messages is undefined, expected a count");
  }
  return messages;
}
