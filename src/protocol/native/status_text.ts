import { ByteWriter, chunkLength, varintLength } from "../../internal/byte_writer.ts";
import { truncateUtf8, utf8Length } from "../../internal/utf8.ts";
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
  const cut = truncateUtf8(text, MAX_STATUS_TEXT_BYTES);
  const fitting: { readonly type: string; readonly value: Uint8Array }[] = [];
  let bytes = chunkLength(utf8Length(cut));
  for (const detail of details) {
    const { type } = detail;
    const value = encodeErrorDetail(detail);
    const length = chunkLength(utf8Length(type)) + chunkLength(value.length);
    if (bytes + varintLength(fitting.length + 1) + length > maxBytes) break;
    fitting.push({ type, value });
    bytes += length;
  }
  const out = new ByteWriter(bytes + 8);
  out.textChunk(cut);
  out.varint(fitting.length);
  for (const { type, value } of fitting) {
    out.textChunk(type);
    out.chunk(value);
  }
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
