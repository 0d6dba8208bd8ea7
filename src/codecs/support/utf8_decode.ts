import type { ByteInput } from "./byte_input.ts";

// Where a loop in JavaScript stops being faster than a call into the platform, between what Deno
// and Bun prefer (bench/codec_bench.ts).
const INLINE_BYTES = 24;

const lenientDecoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder = /* @__PURE__ */ new TextDecoder("utf-8", {
  fatal: true,
  ignoreBOM: true,
});

/** Reads `length` bytes of UTF-8. */
export function readUtf8(input: ByteInput, length: number): string {
  const start = input.skip(length);
  if (length <= INLINE_BYTES && isAscii(input.bytes, start, length)) {
    return asciiText(input.bytes, start, length);
  }
  const text = decodeUtf8(input.bytes.subarray(start, start + length));
  if (text !== undefined) return text;
  throw input.syntaxError(start, `${length} bytes of text that are not UTF-8`, "UTF-8");
}

/** The text of `utf8`, a byte order mark included, or undefined when the bytes are not UTF-8. */
export function decodeUtf8(utf8: Uint8Array): string | undefined {
  const text = lenientDecoder.decode(utf8);
  // What is malformed has become U+FFFD. The strict decoder is several times slower on Deno, so it
  // is only asked whether that character was there before.
  if (!text.includes("\ufffd")) return text;
  try {
    return strictDecoder.decode(utf8);
  } catch {
    return undefined;
  }
}

/** Whether all of `length` bytes, which must be there, are ASCII. */
export function isAscii(bytes: Uint8Array, start: number, length: number): boolean {
  for (let index = start; index < start + length; index++) {
    // The caller has checked that the bytes are there.
    if ((bytes[index] as number) > 0x7f) return false;
  }
  return true;
}

// Takes the bytes as they are indexed; every caller has checked that they are there.
const fromCharCodes = String.fromCharCode as (...units: (number | undefined)[]) => string;

/** The text of `length` ASCII bytes. Up to eight, which ids and enumerations have, without an array. */
export function asciiText(b: Uint8Array, i: number, length: number): string {
  switch (length) {
    case 0:
      return "";
    case 1:
      return fromCharCodes(b[i]);
    case 2:
      return fromCharCodes(b[i], b[i + 1]);
    case 3:
      return fromCharCodes(b[i], b[i + 1], b[i + 2]);
    case 4:
      return fromCharCodes(b[i], b[i + 1], b[i + 2], b[i + 3]);
    case 5:
      return fromCharCodes(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4]);
    case 6:
      return fromCharCodes(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5]);
    case 7:
      return fromCharCodes(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6]);
    case 8:
      return fromCharCodes(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
      );
    default:
      return longAsciiText(b, i, length);
  }
}

function longAsciiText(bytes: Uint8Array, start: number, length: number): string {
  const units = new Array<number | undefined>(length);
  for (let index = 0; index < length; index++) units[index] = bytes[start + index];
  return fromCharCodes.apply(null, units);
}
