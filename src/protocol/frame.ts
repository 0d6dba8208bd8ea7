import type { ByteWriter } from "../internal/byte_writer.ts";
import type { Placed, PlacedValue } from "../internal/placed_value.ts";
import type { RpcErrorDetail } from "./error_detail.ts";
import type { RpcLimits } from "./limits.ts";
import type { RpcMetadata } from "./metadata.ts";
import type { RpcError } from "./rpc_error.ts";

/** First frame of each side: version, limits and windows (PROTOCOL.md, "HELLO"). */
export interface HelloFrame {
  /** Tells frames apart. */
  readonly kind: "hello";
  /** Protocol version of the sender. */
  readonly version: number;
  /** Largest message that the sender of this frame accepts, in bytes. */
  readonly maxMessageBytes: number;
  /** Largest encoded metadata block that it accepts, in bytes. */
  readonly maxMetadataBytes: number;
  /** How many streams the receiver of this frame may have open at once. */
  readonly maxStreams: number;
  /** Bytes that may be sent on each stream before the first credit. */
  readonly streamWindowBytes: number;
  /** Messages that may be sent on each stream before the first credit. */
  readonly streamWindowMessages: number;
  /** Bytes that may be sent on all streams together before the first credit. */
  readonly connectionWindowBytes: number;
  /** The session that is offered (by a server) or asked for again (by a caller). */
  readonly session: Uint8Array | undefined;
  /** Batches of that session which the sender has received. */
  readonly receivedBatches: number;
  /** How long the sender keeps a session after a drop, in milliseconds; 0 for not at all. */
  readonly sessionMs: number;
  /** Compressions that the sender can undo, best first. */
  readonly compressions: readonly string[];
}

/**
 * Opens a call. `P` is the type of a message: bytes on every wire, any value on the in-memory
 * transport.
 */
export interface OpenFrame<P = Uint8Array> {
  /** Tells frames apart. */
  readonly kind: "open";
  /** The stream that the frame belongs to. */
  readonly streamId: number;
  /** Path of the method: `/Service/method`. */
  readonly path: string;
  /** Time left until the deadline, in milliseconds; undefined without one. */
  readonly timeoutMs: number | undefined;
  /** Request headers. */
  readonly headers: RpcMetadata;
  /** The first message, or its first fragment when `more` is true; undefined without one. */
  readonly message: P | undefined;
  /** More fragments of `message` follow. */
  readonly more: boolean;
  /** `message` is compressed. */
  readonly compressed: boolean;
  /**
   * No message follows: there is exactly the one in `message`, of which more fragments follow where
   * `more` is true, or none at all.
   */
  readonly end: boolean;
  /**
   * Why the call cannot be taken: `path` or `headers` break the rules, and are empty. The call ends
   * with this error; the connection goes on.
   */
  readonly fault?: RpcError | undefined;
}

/** A message, or a fragment of one. */
export interface MessageFrame<P = Uint8Array> {
  /** Tells frames apart. */
  readonly kind: "message";
  /** The stream that the frame belongs to. */
  readonly streamId: number;
  /** The message, or the next fragment of it. */
  readonly message: P;
  /** More fragments of this message follow. */
  readonly more: boolean;
  /** The message is compressed; says so on its first fragment. */
  readonly compressed: boolean;
}

/** Response headers, sent before the first response message when there are any. */
export interface HeadersFrame {
  /** Tells frames apart. */
  readonly kind: "headers";
  /** The stream that the frame belongs to. */
  readonly streamId: number;
  /** Response headers. */
  readonly headers: RpcMetadata;
  /** The headers break the rules, and are empty; the call ends with this error. */
  readonly fault?: RpcError | undefined;
}

/** The caller sends no more messages. */
export interface HalfCloseFrame {
  /** Tells frames apart. */
  readonly kind: "halfClose";
  /** The stream that the frame belongs to. */
  readonly streamId: number;
  /** Messages that the caller sent; undefined on a wire that does not count. */
  readonly messages: number | undefined;
}

/** The end of a call, from the side that serves it. */
export interface StatusFrame<P = Uint8Array> {
  /** Tells frames apart. */
  readonly kind: "status";
  /** The stream that the frame belongs to. */
  readonly streamId: number;
  /** Status code as the peer sent it; a number that no status has is possible. */
  readonly code: number;
  /** Status message; empty for success. */
  readonly text: string;
  /** Structured details of an error, in the order given. */
  readonly details: readonly RpcErrorDetail[];
  /** False when no handler saw the request. */
  readonly maybeExecuted: boolean;
  /** Response headers, when they did not go out before; undefined otherwise. */
  readonly headers: RpcMetadata | undefined;
  /** Trailers; empty without any. */
  readonly trailers: RpcMetadata;
  /** The last message, whole; undefined without one. */
  readonly message: P | undefined;
  /** `message` is compressed. */
  readonly compressed: boolean;
  /** Messages sent on the stream, with `message`; undefined on a wire that does not count. */
  readonly messages: number | undefined;
  /**
   * Headers or trailers break the rules, and are empty. A call that succeeded ends with this error;
   * one that failed keeps its own.
   */
  readonly fault?: RpcError | undefined;
}

/** The caller gives the call up; no answer comes. */
export interface CancelFrame {
  /** Tells frames apart. */
  readonly kind: "cancel";
  /** The stream that the frame belongs to. */
  readonly streamId: number;
  /** `CANCELLED`, `DEADLINE_EXCEEDED`, or what the caller found wrong with the response. */
  readonly code: number;
  /** Why, for people. */
  readonly reason: string;
}

/** Lets the receiver send more; `streamId` 0 is the whole connection. */
export interface CreditFrame {
  /** Tells frames apart. */
  readonly kind: "credit";
  /** The stream that the frame belongs to. */
  readonly streamId: number;
  /** Bytes of messages that may be sent in addition. */
  readonly bytes: number;
  /** Messages; 0 for the connection. */
  readonly messages: number;
}

/** Asks for a {@linkcode PongFrame} with the same token. */
export interface PingFrame {
  /** Tells frames apart. */
  readonly kind: "ping";
  /** Comes back in the answer. */
  readonly token: number;
}

/** Answers a {@linkcode PingFrame}. */
export interface PongFrame {
  /** Tells frames apart. */
  readonly kind: "pong";
  /** What the ping had. */
  readonly token: number;
}

/** The sender accepts no new streams; those up to `lastStreamId` go on. */
export interface GoawayFrame {
  /** Tells frames apart. */
  readonly kind: "goaway";
  /** The highest id, of the streams that the receiver opens, that was accepted. */
  readonly lastStreamId: number;
  /** Status that a stream above `lastStreamId` ends with. */
  readonly code: number;
  /** Why, for people. */
  readonly reason: string;
}

/** How many counted batches the sender has received (PROTOCOL.md, "Counting"). */
export interface AckFrame {
  /** Tells frames apart. */
  readonly kind: "ack";
  /** All of them, from the beginning of the session, or of the connection where there is none. */
  readonly batches: number;
}

/** Asks for an {@linkcode AckFrame} at once, whatever there is to acknowledge. */
export interface PromptFrame {
  /** Tells frames apart. */
  readonly kind: "prompt";
  /** 1, or 2 for a second one a millisecond later. */
  readonly answers: number;
}

/** A part of a batch; it is alone in its WebSocket message (PROTOCOL.md, "PIECE"). */
export interface PieceFrame {
  /** Tells frames apart. */
  readonly kind: "piece";
  /** The next bytes of the batch; not empty. */
  readonly piece: Uint8Array;
  /** More pieces of this batch follow. */
  readonly more: boolean;
}

/** A frame that belongs to a stream and that the layers above the transport see. */
export type StreamFrame<P = Uint8Array> =
  | OpenFrame<P>
  | MessageFrame<P>
  | HeadersFrame
  | HalfCloseFrame
  | StatusFrame<P>
  | CancelFrame;

/** A frame between two transports, which the layers above never see. */
export type ConnectionFrame =
  | HelloFrame
  | CreditFrame
  | PingFrame
  | PongFrame
  | GoawayFrame
  | AckFrame
  | PromptFrame
  | PieceFrame;

/** Every frame of every wire. */
export type RpcFrame = StreamFrame | ConnectionFrame;

/** What one wire can express and another cannot; asked for instead of a wire's name. */
export interface WireCapabilities {
  /** Several frames may share a WebSocket message. */
  readonly batches: boolean;
  /** Messages may be cut into fragments. */
  readonly fragments: boolean;
  /** Each side begins with a {@linkcode HelloFrame}. */
  readonly hello: boolean;
  /** Response headers, trailers and message may share the final frame. */
  readonly combinedStatus: boolean;
  /** Batches are counted, so that a session can outlive its socket. */
  readonly resume: boolean;
  /** {@linkcode GoawayFrame} exists. */
  readonly goaway: boolean;
  /** Each side acknowledges the batches that it has, with {@linkcode AckFrame}. */
  readonly acks: boolean;
  /** What a {@linkcode MessageFrame} costs the connection beside its bytes. */
  readonly messageCostBytes: number;
  /** {@linkcode PingFrame} and {@linkcode PongFrame} exist. */
  readonly ping: boolean;
  /** The largest stream id. */
  readonly maxStreamId: number;
}

/**
 * Writes frames of one connection, or of one session where those outlive connections; it remembers
 * which method paths the peer knows by number.
 */
export interface FrameEncoder {
  /** Limits of the peer as far as they are known; set anew when more is known. */
  limits: RpcLimits;

  /**
   * Appends one frame. What was written must be sent, in this order.
   *
   * @throws {RpcError} `INVALID_ARGUMENT` or `RESOURCE_EXHAUSTED` when the frame cannot be sent;
   *   `out` is then as it was before
   */
  encode(frame: RpcFrame, out: ByteWriter): void;
  /**
   * Writes the head of a frame in front of its message, where 16 bytes are nobody's.
   * Only where the wire has fragments.
   *
   * @returns The whole frame
   */
  encodeInPlace?(frame: MessageFrame): Uint8Array<ArrayBuffer>;
  /**
   * Appends a frame with a message, whole and not compressed, that is encoded in `out` itself.
   *
   * @returns How many bytes the message has; or its bytes, with nothing appended: it is too large,
   *   or something else was written while it was encoded. Undefined when it was not encoded either
   * @throws {unknown} When the value cannot be encoded; nothing is appended then
   */
  placeMessage?(streamId: number, value: PlacedValue, out: ByteWriter): Placed | undefined;
}

/** Takes the frames that a decoder reads, one by one. */
export interface FrameSink {
  /** Takes a frame; must not decode with the same decoder. */
  onFrame(frame: RpcFrame): void;
}

/** Reads the frames of one connection, or of one session where those outlive connections. */
export interface FrameDecoder {
  /** The largest batch that is read; of pieces, all of one batch together. */
  readonly maxBatchBytes: number;

  /**
   * Reads all frames of one WebSocket message, in order.
   *
   * Messages in the frames are views into `batch`, not copies; everything else is copied.
   *
   * @throws {FrameError} When the framing is wrong; frames before the wrong one were handed over
   */
  decode(batch: Uint8Array, sink: FrameSink): void;
}

/** One way to write frames as bytes, chosen by the WebSocket sub-protocol. */
export interface RpcWire {
  /** Sub-protocol that names it. */
  readonly protocol: string;
  /** What the wire can express. */
  readonly capabilities: WireCapabilities;
  /** What holds for a peer until its hello has come, or for ever on a wire without one. */
  readonly initialHello: HelloFrame;
  /** Most bytes of a message in one frame; `Infinity` where messages are not cut. */
  readonly maxFragmentBytes: number;
  /** Most bytes of a message that the encoder places in a batch. */
  readonly maxPlacedBytes: number;
  /** Makes the encoder of a new connection; `limits` are those of the peer as far as they are known. */
  createEncoder(limits: RpcLimits): FrameEncoder;
  /** Makes the decoder of a new connection; `limits` are those of this side. */
  createDecoder(limits: RpcLimits): FrameDecoder;
}
