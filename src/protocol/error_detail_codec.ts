import { addFarProperty } from "../internal/properties.ts";
import { ProtobufReader, ProtobufWriter } from "../internal/protobuf.ts";
import type { RpcErrorDetail } from "./error_detail.ts";

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
  const out = new ProtobufWriter();
  switch (detail.type) {
    case "google.rpc.BadRequest":
      for (const { field, description } of detail.fieldViolations) out.pair(1, field, description);
      break;
    case "google.rpc.RetryInfo":
      out.message(1, encodeDuration(detail.retryDelayMs));
      break;
    case "google.rpc.ErrorInfo":
      out.text(1, detail.reason).text(2, detail.domain);
      for (const [key, value] of Object.entries(detail.metadata)) out.pair(3, key, value);
      break;
    case "google.rpc.DebugInfo":
      for (const entry of detail.stackEntries) out.repeatedText(1, entry);
      out.text(2, detail.detail);
  }
  return out.finish();
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
    if (type.startsWith("google.rpc.")) {
      const detail = readErrorDetail(type, new ProtobufReader(value));
      if (detail !== undefined) return detail;
    }
  } catch {
    // Malformed bytes stay raw: the reader throws for nothing else.
  }
  return { type, value };
}

function readErrorDetail(type: string, message: ProtobufReader): RpcErrorDetail | undefined {
  switch (type) {
    case "google.rpc.BadRequest": {
      const fieldViolations = message.pairs(1)
        .map(([field, description]) => ({ field, description }));
      return { type, fieldViolations };
    }
    case "google.rpc.RetryInfo": {
      const retryDelayMs = readDuration(message.messages(1).at(-1));
      return retryDelayMs === undefined ? undefined : { type, retryDelayMs };
    }
    case "google.rpc.ErrorInfo": {
      const metadata = toRecord(message.pairs(3));
      return { type, reason: message.text(1), domain: message.text(2), metadata };
    }
    case "google.rpc.DebugInfo":
      return { type, stackEntries: message.texts(1), detail: message.text(2) };
  }
  return undefined;
}

function encodeDuration(ms: number): ProtobufWriter {
  const delayMs = Math.max(0, ms);
  let seconds = Math.min(Math.floor(delayMs / 1000), MAX_DURATION_SECONDS);
  let nanos = Math.round((delayMs - seconds * 1000) * 1e6);
  if (!(nanos >= 0 && nanos < 1e9)) {
    // Rounded up to the next second, or beyond what a Duration holds, or not a number.
    if (nanos === 1e9) seconds++;
    nanos = 0;
  }
  return new ProtobufWriter().integer(1, seconds || 0).integer(2, nanos);
}

/** A duration in milliseconds; undefined for a time that no retry can wait: a negative one. */
function readDuration(duration: ProtobufReader | undefined): number | undefined {
  const seconds = Number(duration?.integer(1) ?? 0);
  const nanos = Number(duration?.integer(2) ?? 0);
  const ms = seconds * 1000 + nanos / 1e6;
  return ms >= 0 && ms <= MAX_DURATION_SECONDS * 1000 ? ms : undefined;
}

function toRecord(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [key, value] of pairs) addFarProperty(record, { key, value });
  return record;
}
