import { ByteWriter, varintLength } from "../../internal/byte_writer.ts";
import { encodeUtf8, truncateUtf8 } from "../../internal/utf8.ts";
import { decodeErrorDetail, encodeErrorDetail } from "../error_detail_codec.ts";
import type { RpcErrorDetail } from "../error_detail.ts";
import { MAX_STATUS_TEXT_BYTES } from "./constants.ts";
import type { FrameReader } from "./frame_reader.ts";

/**
 * Encodes the text part of STATUS; undefined when there is nothing to say.
 *
 * An error must reach the caller, so what is too long is cut: the text to its limit, the details
 * after the last that fits `maxBytes` with the text.
 */
export function encodeStatusText(
  text: string,
  details: readonly RpcErrorDetail[],
  maxBytes: number,
): Uint8Array | undefined {
  if (text === "" && details.length === 0) return undefined;
  const out = new ByteWriter(text.length + 16);
  out.chunk(encodeUtf8(truncateUtf8(text, MAX_STATUS_TEXT_BYTES)));
  const fitting = new ByteWriter(0);
  let count = 0;
  for (const detail of details) {
    const before = fitting.length;
    fitting.chunk(encodeUtf8(detail.type));
    fitting.chunk(encodeErrorDetail(detail));
    if (out.length + varintLength(count + 1) + fitting.length > maxBytes) {
      fitting.truncate(before);
      break;
    }
    count++;
  }
  out.varint(count);
  out.bytes(fitting.peek());
  return out.peek();
}

/**
 * Reads the text part. A part above `maxBytes` loses its details, and its text is cut: the status
 * itself always gets through.
 *
 * @throws {FrameError} When the lengths do not fit
 */
export function readStatusText(
  reader: FrameReader,
  maxBytes: number,
): { readonly text: string; readonly details: readonly RpcErrorDetail[] } {
  const start = reader.position;
  const text = reader.text("status text");
  const count = reader.varint("number of details");
  const details: RpcErrorDetail[] = [];
  for (let index = 0; index < count; index++) {
    const type = reader.text("type of a detail");
    const valueStart = reader.chunk("detail");
    if (reader.position - start > maxBytes) continue;
    details.push(decodeErrorDetail(type, reader.bytes.slice(valueStart, reader.position)));
  }
  if (reader.position - start <= maxBytes) return { text, details };
  return { text: truncateUtf8(text, MAX_STATUS_TEXT_BYTES), details: [] };
}
