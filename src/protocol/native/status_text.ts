import { type ByteWriter, varintLength } from "../../internal/byte_writer.ts";
import { truncateUtf8, utf8Length } from "../../internal/utf8.ts";
import { decodeErrorDetail, encodeErrorDetail } from "../error_detail_codec.ts";
import type { RpcErrorDetail } from "../error_detail.ts";
import { MAX_STATUS_TEXT_BYTES } from "./constants.ts";
import type { FrameReader } from "./frame_reader.ts";

/** The text part of STATUS, measured and ready to be written. */
export interface StatusText {
  readonly text: string;
  readonly textBytes: number;
  readonly details: readonly EncodedDetail[];
  /** Length of the whole part. */
  readonly length: number;
}

interface EncodedDetail {
  readonly type: string;
  readonly typeBytes: number;
  readonly value: Uint8Array;
}

/**
 * Measures the text part; undefined when there is nothing to say.
 *
 * An error must reach the caller, so what is too long is cut: the text to its limit, the details
 * after the last that fits `maxBytes` with the text.
 */
export function measureStatusText(
  text: string,
  details: readonly RpcErrorDetail[],
  maxBytes: number,
): StatusText | undefined {
  if (text === "" && details.length === 0) return undefined;
  const cut = truncateUtf8(text, MAX_STATUS_TEXT_BYTES);
  const textBytes = utf8Length(cut);
  const fitting: EncodedDetail[] = [];
  const textLength = varintLength(textBytes) + textBytes;
  let detailsLength = 0;
  for (const detail of details) {
    const value = encodeErrorDetail(detail);
    const typeBytes = utf8Length(detail.type);
    const length = varintLength(typeBytes) + typeBytes + varintLength(value.length) + value.length;
    const count = varintLength(fitting.length + 1);
    if (textLength + count + detailsLength + length > maxBytes) break;
    fitting.push({ type: detail.type, typeBytes, value });
    detailsLength += length;
  }
  const length = textLength + varintLength(fitting.length) + detailsLength;
  return { text: cut, textBytes, details: fitting, length };
}

/** Writes what was measured. */
export function writeStatusText(status: StatusText, out: ByteWriter): void {
  out.varint(status.textBytes);
  out.text(status.text, status.textBytes);
  out.varint(status.details.length);
  for (const { type, typeBytes, value } of status.details) {
    out.varint(typeBytes);
    out.text(type, typeBytes);
    out.varint(value.length);
    out.bytes(value);
  }
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
