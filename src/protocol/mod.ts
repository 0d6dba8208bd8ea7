/**
 * Bytes into frames and back: the meaning that all wires share, and the native wire.
 *
 * A *frame* is the unit of a connection. {@linkcode RpcFrame} says what frames there are; everything
 * above this layer works on them and does not know how they look as bytes. An
 * {@linkcode RpcWire} turns frames into bytes and back: {@linkcode nativeWire} is the one of this
 * library, described byte for byte in PROTOCOL.md, and chosen by the sub-protocol `rpc-ts.v1`.
 *
 * What both sides of a call must agree on is here as well: the status of a call
 * ({@linkcode RpcStatus}, {@linkcode RpcError}, error details), its metadata and the rules for it
 * ({@linkcode validateMetadata}), the grammar of method paths ({@linkcode parseMethodPath}), every
 * limit ({@linkcode RpcLimits}), and what the close code of a socket means for a call
 * ({@linkcode statusFromCloseCode}).
 *
 * Nothing in this layer waits: no promise, timer, socket or logger. Bytes that break the framing
 * are a {@linkcode FrameError} and end the connection; what breaks only a rule of one call is a
 * `fault` in its frame and ends that call.
 *
 * @example Write a batch and read it
 * ```ts
 * import { decodeBatch, DEFAULT_LIMITS, encodeBatch, nativeWire } from "@rpc-ts/websocket/protocol";
 *
 * const batch = encodeBatch(nativeWire.createEncoder(DEFAULT_LIMITS), [
 *   { kind: "halfClose", streamId: 1, messages: 3 },
 *   { kind: "ping", token: 7 },
 * ]);
 * const frames = decodeBatch(nativeWire.createDecoder(DEFAULT_LIMITS), batch);
 * if (frames.map((frame) => frame.kind).join() !== "halfClose,ping") throw new Error("unexpected");
 * ```
 *
 * @module
 */

export type { ByteWriter } from "../internal/byte_writer.ts";
export type { Placed, PlacedValue } from "../internal/placed_value.ts";
export {
  CLOSE_GOING_AWAY,
  CLOSE_NORMAL,
  CLOSE_PROTOCOL_ERROR,
  CLOSE_REPLACED,
  CLOSE_TIMEOUT,
  CLOSE_TOO_LARGE,
  CLOSE_TOO_MANY,
  type CloseCodeOptions,
  statusFromCloseCode,
} from "./close_code.ts";
export { MAX_CLOSE_REASON_BYTES, truncateCloseReason } from "./close_reason.ts";
export { decodeBatch, encodeBatch } from "./batch.ts";
export type {
  RpcBadRequestDetail,
  RpcDebugInfoDetail,
  RpcErrorDetail,
  RpcErrorInfoDetail,
  RpcFieldViolation,
  RpcRawDetail,
  RpcRetryInfoDetail,
} from "./error_detail.ts";
export { decodeErrorDetail, encodeErrorDetail } from "./error_detail_codec.ts";
export type {
  AckFrame,
  CancelFrame,
  ConnectionFrame,
  CreditFrame,
  FrameDecoder,
  FrameEncoder,
  FrameSink,
  GoawayFrame,
  HalfCloseFrame,
  HeadersFrame,
  HelloFrame,
  MessageFrame,
  OpenFrame,
  PieceFrame,
  PingFrame,
  PongFrame,
  PromptFrame,
  RpcFrame,
  RpcWire,
  StatusFrame,
  StreamFrame,
  WireCapabilities,
} from "./frame.ts";
export { FrameError } from "./frame_error.ts";
export { createLimits, DEFAULT_LIMITS, type RpcLimits } from "./limits.ts";
export {
  RpcMetadata,
  type RpcMetadataEntry,
  type RpcMetadataInit,
  type RpcMetadataValue,
} from "./metadata.ts";
export { type RpcMetadataLimits, validateMetadata } from "./metadata_rules.ts";
export {
  checkMethodName,
  checkServiceName,
  formatMethodPath,
  isMethodPath,
  parseMethodPath,
  type RpcMethodPath,
} from "./method_path.ts";
export { INITIAL_HELLO, NATIVE_VERSION } from "./native/constants.ts";
export { nativeWire } from "./native/native_wire.ts";
export { isReservedMetadataName } from "./reserved_names.ts";
export { RpcError, type RpcErrorOptions } from "./rpc_error.ts";
export {
  formatStatus,
  RpcStatus,
  type RpcStatusCode,
  type RpcStatusName,
  toStatusCode,
} from "./status.ts";
