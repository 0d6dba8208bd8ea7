import { addProperty } from "../internal/properties.ts";
import { ProtobufReader, ProtobufWriter } from "../internal/protobuf.ts";
import type {
  RpcBadRequestDetail,
  RpcDebugInfoDetail,
  RpcErrorDetail,
  RpcErrorInfoDetail,
  RpcFieldViolation,
  RpcRawDetail,
  RpcRetryInfoDetail,
} from "./error_detail.ts";

/** Seconds that `google.protobuf.Duration` allows, about 10 000 years. */
const MAX_DURATION_SECONDS = 315_576_000_000;

/**
 * Encodes a detail as the Protocol Buffers message that its type names (`google/rpc/error_details`).
 *
 * @param detail A detail of a known type, or a raw one
 * @returns The message; the bytes of a raw detail as they are
 *
 * @example Send a detail through a channel of one's own
 * ```ts
 * import { decodeErrorDetail, encodeErrorDetail } from "@rpc-ts/websocket/protocol";
 *
 * const bytes = encodeErrorDetail({ type: "google.rpc.RetryInfo", retryDelayMs: 1500 });
 * const detail = decodeErrorDetail("google.rpc.RetryInfo", bytes);
 * if (!("retryDelayMs" in detail) || detail.retryDelayMs !== 1500) throw new Error("unexpected");
 * ```
 */
export function encodeErrorDetail(detail: RpcErrorDetail): Uint8Array {
  if ("value" in detail) return detail.value;
  switch (detail.type) {
    case "google.rpc.BadRequest":
      return encodeBadRequest(detail);
    case "google.rpc.RetryInfo":
      return encodeRetryInfo(detail);
    case "google.rpc.ErrorInfo":
      return encodeErrorInfo(detail);
    case "google.rpc.DebugInfo":
      return encodeDebugInfo(detail);
  }
}

/**
 * Decodes a detail; it never throws, because an error must reach its caller whatever its details
 * are.
 *
 * @param type Full name of the type, without `type.googleapis.com/`
 * @param value The encoded detail; a raw detail keeps it as it is
 * @returns The detail; a raw one when its type is unknown or its bytes are not of that type
 *
 * @example Pass an unknown detail through
 * ```ts
 * import { decodeErrorDetail } from "@rpc-ts/websocket/protocol";
 *
 * const detail = decodeErrorDetail("acme.Quota", new Uint8Array([1, 2, 3]));
 * if (!("value" in detail) || detail.value.length !== 3) throw new Error("unexpected detail");
 * ```
 */
export function decodeErrorDetail(type: string, value: Uint8Array): RpcErrorDetail {
  try {
    switch (type) {
      case "google.rpc.BadRequest":
        return decodeBadRequest(new ProtobufReader(value));
      case "google.rpc.RetryInfo":
        return decodeRetryInfo(new ProtobufReader(value)) ?? { type, value };
      case "google.rpc.ErrorInfo":
        return decodeErrorInfo(new ProtobufReader(value));
      case "google.rpc.DebugInfo":
        return decodeDebugInfo(new ProtobufReader(value));
    }
  } catch {
    // Malformed bytes stay raw: the reader throws for nothing else.
  }
  const raw: RpcRawDetail = { type, value };
  return raw;
}

function encodeBadRequest(detail: RpcBadRequestDetail): Uint8Array {
  const out = new ProtobufWriter();
  for (const { field, description } of detail.fieldViolations) {
    out.message(1, new ProtobufWriter().text(1, field).text(2, description));
  }
  return out.finish();
}

function decodeBadRequest(message: ProtobufReader): RpcBadRequestDetail {
  const fieldViolations: RpcFieldViolation[] = message.messages(1).map((violation) => ({
    field: violation.text(1),
    description: violation.text(2),
  }));
  return { type: "google.rpc.BadRequest", fieldViolations };
}

function encodeRetryInfo(detail: RpcRetryInfoDetail): Uint8Array {
  const delayMs = Math.max(0, detail.retryDelayMs);
  let seconds = Math.min(Math.floor(delayMs / 1000), MAX_DURATION_SECONDS);
  let nanos = Math.round((delayMs - seconds * 1000) * 1e6);
  if (!(nanos >= 0 && nanos < 1e9)) {
    // Rounded up to the next second, or beyond what a Duration holds, or not a number.
    if (nanos === 1e9) seconds++;
    nanos = 0;
  }
  const duration = new ProtobufWriter().integer(1, seconds || 0).integer(2, nanos);
  return new ProtobufWriter().message(1, duration).finish();
}

/** Undefined for a time that no retry can wait: a negative one. */
function decodeRetryInfo(message: ProtobufReader): RpcRetryInfoDetail | undefined {
  const duration = message.messages(1).at(-1);
  const seconds = Number(duration?.integer(1) ?? 0);
  const nanos = Number(duration?.integer(2) ?? 0);
  const retryDelayMs = seconds * 1000 + nanos / 1e6;
  if (!(retryDelayMs >= 0 && retryDelayMs <= MAX_DURATION_SECONDS * 1000)) return undefined;
  return { type: "google.rpc.RetryInfo", retryDelayMs };
}

function encodeErrorInfo(detail: RpcErrorInfoDetail): Uint8Array {
  const out = new ProtobufWriter().text(1, detail.reason).text(2, detail.domain);
  for (const [key, value] of Object.entries(detail.metadata)) {
    out.message(3, new ProtobufWriter().text(1, key).text(2, value));
  }
  return out.finish();
}

function decodeErrorInfo(message: ProtobufReader): RpcErrorInfoDetail {
  const pairs = message.messages(3);
  const metadata: Record<string, string> = {};
  let properties = pairs.length;
  for (const pair of pairs) {
    properties = addProperty(metadata, { key: pair.text(1), value: pair.text(2) }, properties);
  }
  return {
    type: "google.rpc.ErrorInfo",
    reason: message.text(1),
    domain: message.text(2),
    metadata,
  };
}

function encodeDebugInfo(detail: RpcDebugInfoDetail): Uint8Array {
  const out = new ProtobufWriter();
  for (const entry of detail.stackEntries) out.repeatedText(1, entry);
  return out.text(2, detail.detail).finish();
}

function decodeDebugInfo(message: ProtobufReader): RpcDebugInfoDetail {
  return {
    type: "google.rpc.DebugInfo",
    stackEntries: message.texts(1),
    detail: message.text(2),
  };
}
