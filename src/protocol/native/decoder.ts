import type { FrameDecoder, FrameSink, OpenFrame, RpcFrame, StatusFrame } from "../frame.ts";
import type { RpcErrorDetail } from "../error_detail.ts";
import { CLOSE_TOO_LARGE } from "../close_code.ts";
import { withExecuted } from "../executed.ts";
import { type FrameError, framingError } from "../frame_error.ts";
import type { RpcLimits } from "../limits.ts";
import { RpcMetadata } from "../metadata.ts";
import type { RpcError } from "../rpc_error.ts";
import { RpcStatus } from "../status.ts";
import { decodeConnectionFrame } from "./connection_frames.ts";
import { MAX_BATCH_BYTES, MAX_FRAGMENT_BYTES, MAX_REASON_BYTES } from "./constants.ts";
import { type FrameReader, NO_BATCH, returnReader, takeReader } from "./frame_reader.ts";
import {
  CANCEL,
  COMPRESSED,
  END,
  findFrameType,
  FIRST_EXTENSION,
  type FrameType,
  HALF_CLOSE,
  HAS_HEADERS,
  HAS_MESSAGE,
  HAS_PATH,
  HAS_TEXT,
  HAS_TRAILERS,
  HEADERS,
  MESSAGE,
  MORE,
  NOT_EXECUTED,
  OPEN,
  PIECE,
  STATUS,
} from "./frame_type.ts";
import { MetadataBlockReader } from "./metadata_block.ts";
import { createPathError, MethodPathReader } from "./method_path_reader.ts";
import { decodePiece } from "./piece_codec.ts";
import { readStatusText } from "./status_text.ts";

const NO_DETAILS: readonly RpcErrorDetail[] = /* @__PURE__ */ Object.freeze([]);

/** Reads the frames of one connection or session; nothing but paths is remembered. */
export class NativeDecoder implements FrameDecoder {
  readonly maxBatchBytes: number;
  readonly #limits: RpcLimits;
  /** Of the batch that is being read. */
  #reader: FrameReader = NO_BATCH;
  /** Made when the first headers come. */
  #blocks: MetadataBlockReader | undefined;
  readonly #paths: MethodPathReader;

  constructor(limits: RpcLimits) {
    this.#limits = limits;
    this.maxBatchBytes = MAX_BATCH_BYTES + 3 * limits.maxMetadataBytes;
    this.#paths = new MethodPathReader(limits);
  }

  decode(batch: Uint8Array, sink: FrameSink): void {
    this.#checkLength(batch.length);
    const reader = takeReader();
    this.#reader = reader;
    try {
      this.#decode(batch, sink);
    } finally {
      this.#reader = NO_BATCH;
      returnReader(reader);
    }
  }

  #decode(batch: Uint8Array, sink: FrameSink): void {
    const reader = this.#reader;
    reader.open(batch);
    while (reader.position < batch.length) {
      reader.frame = "frame";
      const type = reader.byte("type");
      const flags = reader.byte("flags");
      const streamId = reader.varint("stream id");
      const start = reader.chunk("payload");
      const next = reader.position;
      if (type < FIRST_EXTENSION) {
        this.#check(type, flags, streamId);
        reader.position = start;
        reader.end = next;
        const frame = this.#frame(type, flags, streamId);
        reader.finish("the last field");
        sink.onFrame(frame);
        reader.end = batch.length;
      }
    }
  }

  /** Bounds what is done in one turn, which other connections have to wait for. */
  #checkLength(bytes: number): void {
    const limit = this.maxBatchBytes;
    if (bytes <= limit) return;
    const text = `Cannot decode batch: it has ${bytes} bytes, limit is ${limit} bytes`;
    throw framingError(text, CLOSE_TOO_LARGE);
  }

  #check(type: number, flags: number, streamId: number): void {
    const known = findFrameType(type);
    if (known === undefined) throw this.#reader.wrong(`type ${type} is unknown`);
    this.#reader.frame = known.name;
    if ((flags & ~known.flags) !== 0) throw this.#wrongFlags(flags, known);
    if (streamId === 0 ? known.scope === "stream" : known.scope === "connection") {
      throw this.#reader.wrong(`stream id is ${streamId}`);
    }
  }

  #frame(type: number, flags: number, streamId: number): RpcFrame {
    const reader = this.#reader;
    switch (type) {
      case MESSAGE:
        return {
          kind: "message",
          streamId,
          message: this.#message(flags),
          more: (flags & MORE) !== 0,
          compressed: (flags & COMPRESSED) !== 0,
        };
      case OPEN:
        return this.#open(flags, streamId);
      case STATUS:
        return this.#status(flags, streamId);
      case HEADERS:
        return {
          kind: "headers",
          streamId,
          headers: this.#metadata(),
          fault: this.#takeFault(true),
        };
      case HALF_CLOSE:
        return { kind: "halfClose", streamId, messages: reader.varint("number of messages") };
      case CANCEL:
        return {
          kind: "cancel",
          streamId,
          code: reader.varint("code"),
          reason: reader.restAsText(MAX_REASON_BYTES),
        };
      case PIECE:
        return decodePiece(reader, flags);
      default:
        return decodeConnectionFrame(reader, type, streamId);
    }
  }

  #open(flags: number, streamId: number): OpenFrame {
    const reader = this.#reader;
    const hasMessage = (flags & HAS_MESSAGE) !== 0;
    if (!hasMessage && (flags & (MORE | COMPRESSED)) !== 0) throw this.#wrongFlags(flags);
    const found = (flags & HAS_PATH) !== 0
      ? this.#paths.readPath(reader)
      : this.#paths.readNumber(reader);
    const timeout = reader.varint("timeout");
    const headers = (flags & HAS_HEADERS) !== 0 ? this.#metadata() : RpcMetadata.empty;
    return {
      kind: "open",
      streamId,
      path: typeof found === "string" ? found : "",
      timeoutMs: timeout === 0 ? undefined : timeout,
      headers,
      message: hasMessage ? this.#message(flags) : undefined,
      more: (flags & MORE) !== 0,
      compressed: (flags & COMPRESSED) !== 0,
      end: (flags & END) !== 0,
      fault: typeof found === "string" ? this.#takeFault(false) : this.#takePathFault(found),
    };
  }

  #status(flags: number, streamId: number): StatusFrame {
    const reader = this.#reader;
    const hasMessage = (flags & HAS_MESSAGE) !== 0;
    const code = reader.varint("code");
    if (!hasMessage && (flags & COMPRESSED) !== 0) throw this.#wrongFlags(flags);
    if (code === RpcStatus.OK && (flags & NOT_EXECUTED) !== 0) throw this.#wrongFlags(flags);
    const messages = reader.varint("number of messages");
    const headers = (flags & HAS_HEADERS) !== 0 ? this.#metadata() : undefined;
    const trailers = (flags & HAS_TRAILERS) !== 0 ? this.#metadata() : RpcMetadata.empty;
    const text = (flags & HAS_TEXT) !== 0
      ? readStatusText(reader, this.#limits.maxMetadataBytes)
      : undefined;
    return {
      kind: "status",
      streamId,
      code,
      text: text === undefined ? "" : text.text,
      details: text === undefined ? NO_DETAILS : text.details,
      maybeExecuted: (flags & NOT_EXECUTED) === 0,
      headers,
      trailers,
      message: hasMessage ? this.#message(flags) : undefined,
      compressed: (flags & COMPRESSED) !== 0,
      messages,
      fault: this.#takeFault(true),
    };
  }

  #message(flags: number): Uint8Array {
    const reader = this.#reader;
    const length = reader.end - reader.position;
    if (length > MAX_FRAGMENT_BYTES) {
      throw reader.wrong(`message is ${length} bytes, limit is ${MAX_FRAGMENT_BYTES} bytes`);
    }
    if (length === 0 && (flags & MORE) !== 0) {
      throw reader.wrong("a fragment that others follow is empty");
    }
    return reader.rest();
  }

  #metadata(): RpcMetadata {
    this.#blocks ??= new MetadataBlockReader(this.#limits);
    return this.#blocks.read(this.#reader);
  }

  #takePathFault(bytes: number): RpcError {
    this.#blocks?.takeFault();
    return createPathError(this.#limits, bytes);
  }

  #takeFault(maybeExecuted: boolean): RpcError | undefined {
    const fault = this.#blocks?.takeFault();
    return fault === undefined ? undefined : withExecuted(fault, maybeExecuted);
  }

  #wrongFlags(flags: number, type?: FrameType): FrameError {
    const hex = flags.toString(16).padStart(2, "0");
    return this.#reader.wrong(
      type === undefined
        ? `flags are 0x${hex}, which do not go together`
        : `flags are 0x${hex}, known are 0x${type.flags.toString(16).padStart(2, "0")}`,
    );
  }
}
