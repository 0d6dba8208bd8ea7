import type { RpcLimits } from "../protocol/limits.ts";
import type { RpcMetadata } from "../protocol/metadata.ts";
import type { RpcErrorDetail } from "../protocol/error_detail.ts";
import type { RpcHealthStatus } from "./health.ts";
import type { RpcMessageFeed } from "./message.ts";

/** Which end of the connection this is: the one that opened the socket, or the one that accepted it. */
export type RpcTransportSide = "caller" | "responder";

/** What a transport knows about the other end. */
export interface RpcPeerInfo {
  /** Network address, for example `203.0.113.7:50412`; undefined where the platform does not tell. */
  readonly address: string | undefined;
  /** Sub-protocol in use; empty where there is none. */
  readonly protocol: string;
  /** What the upgrade's `authorize` hook answered; undefined without one. */
  readonly auth: unknown;
}

/** How a stream begins. */
export interface RpcStreamOpening {
  /** Path of the method: `/Service/method`. */
  readonly path: string;
  /** Request headers. */
  readonly headers: RpcMetadata;
  /** Time left until the deadline, in milliseconds; undefined without one. */
  readonly timeoutMs: number | undefined;
  /** The first message; undefined without one. */
  readonly message: unknown;
  /** No message follows. */
  readonly end: boolean;
}

/** How a stream that the peer opened ends. */
export interface RpcStreamEnd {
  /** Status code; 0 for success. */
  readonly code: number;
  /** Status message; empty for success. */
  readonly text: string;
  /** Structured details of a failure; none for success. */
  readonly details: readonly RpcErrorDetail[];
  /** False when no handler saw the request. */
  readonly maybeExecuted: boolean;
  /** Response headers that have not been sent; undefined when they have, or when there are none. */
  readonly headers: RpcMetadata | undefined;
  /** Trailers; empty for none. */
  readonly trailers: RpcMetadata;
  /** The last message; undefined without one. */
  readonly message: unknown;
}

/**
 * One connection with its streams; what every transport implements.
 *
 * Ids of streams that this side opens are odd for a caller and even for a responder. They rise for
 * the life of the transport, over reconnects as well, and are never used twice.
 *
 * Methods that send never block and never drop: what cannot go out now waits in order, within the
 * limits. Sending on a stream that is not open throws `FAILED_PRECONDITION`; streams may end at any
 * moment, which {@linkcode IRpcTransport.incomingMessages} tells first.
 */
export interface IRpcTransport extends AsyncDisposable {
  /** Which end this is. */
  readonly side: RpcTransportSide;
  /** True when messages are handed over as they are, without a codec. */
  readonly supportsZeroCopy: boolean;
  /**
   * Whether the memory of a message may be written again when the message has been sent. Calls give up
   * large messages then, those of the codecs of this package. A transport that keeps messages leaves it
   * out.
   */
  readonly reusesMemory?: boolean;
  /** Limits of this side. */
  readonly limits: RpcLimits;
  /** The other end. */
  readonly peer: RpcPeerInfo;
  /** Everything that comes in, for one listener; stable over reconnects. */
  readonly incomingMessages: RpcMessageFeed;
  /** Streams open now, in both directions. */
  readonly openStreams: number;
  /** True after {@linkcode IRpcTransport.close}, or when a lost connection cannot be replaced. */
  readonly isClosed: boolean;

  /**
   * Opens a stream and sends its opening, in the same frame as the message where that fits.
   *
   * @param opening Method, headers, and optionally the first message and the end
   * @returns The id of the stream
   * @throws {RpcError} `UNAVAILABLE` without a connection, `FAILED_PRECONDITION` after `close`,
   *   `RESOURCE_EXHAUSTED` at the limit of streams or bytes, `INVALID_ARGUMENT` for headers that
   *   may not be sent. Nothing was sent then, and `maybeExecuted` is false
   */
  openStream(opening: RpcStreamOpening): number;

  /**
   * Sends one message.
   *
   * @param streamId An open stream
   * @param message Bytes; any value on a zero-copy transport
   * @returns Nothing when the next may follow at once, otherwise a promise that settles when this one
   *   has gone out: wait for it before sending more. It rejects when the stream ends first
   * @throws {RpcError} `FAILED_PRECONDITION` when the stream is not open, `RESOURCE_EXHAUSTED` when
   *   the message is larger than the peer accepts, or too much waits to be sent already
   */
  sendMessage(streamId: number, message: unknown): Promise<void> | undefined;

  /**
   * Waits while `limits.maxWaitingBytes` wait to be sent, where `sendMessage` would throw, and
   * `endStream` with a message that does not fit a frame. Ask again when it has settled: others may
   * have been first.
   *
   * @param streamId The stream that a message is to be sent on
   * @param bytes How long the message is
   * @returns Nothing when it may be sent now, otherwise a promise that settles when that may have
   *   changed. It rejects when the stream ends first
   */
  waitForRoom?(streamId: number, bytes: number): Promise<void> | undefined;

  /** Sends response headers, at most once and before the first message. */
  sendHeaders(streamId: number, headers: RpcMetadata): void;

  /** Half-closes a stream that this side opened, after the messages sent before. */
  finishSending(streamId: number): void;

  /**
   * Ends a stream that the peer opened.
   *
   * Success goes out after the messages sent before; a failure drops those that still wait.
   */
  endStream(streamId: number, end: RpcStreamEnd): void;

  /** Gives up a stream that this side opened; the peer is told, and nothing comes in on it any more. */
  cancelStream(streamId: number, code: number, reason: string): void;

  /** Says that a message of so many bytes was consumed, which lets the peer send more. */
  releaseMessage(streamId: number, bytes: number): void;

  /** Tells the peer that no new streams are accepted, where the wire can; those open go on. */
  goAway?(reason: string): void;

  /** How the connection is doing; cheap. */
  health(): RpcHealthStatus;

  /**
   * Replaces the connection. Calls in flight end with `UNAVAILABLE`. Callers at the same time share
   * one attempt; it never rejects.
   *
   * @returns How the connection is doing afterwards
   */
  reconnect(): Promise<RpcHealthStatus>;

  /** Sends what waits, closes the connection and ends all streams. Closing twice is quiet. */
  close(): Promise<void>;
}
