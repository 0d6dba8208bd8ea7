import type { ByteArena } from "./byte_arena.ts";
import { Unrepresentable } from "./unrepresentable.ts";

// Where a loop in JavaScript stops being faster than a call into the platform, between what Deno
// and Bun prefer (bench/codec_bench.ts).
const INLINE_CHARS = 64;
// From here on the exact size is worth an allocation: three times the length is reserved otherwise.
const LARGE_CHARS = 4096;

// Room for the longest head: the gap may turn out too short once the length in bytes is known.
const HEAD_BYTES = 9;

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * Writes the UTF-8 of `text` behind a gap for its length, and returns how many bytes it has;
 * `position` stays at the gap.
 *
 * @throws {Unrepresentable} When `text` has a lone surrogate, which UTF-8 cannot carry
 */
export function putUtf8(out: ByteArena, text: string, gap: number): number {
  const length = text.length;
  if (length <= INLINE_CHARS) {
    out.reserve(HEAD_BYTES + length * 3);
    const at = out.position + gap;
    return putInline(out.bytes, text, at) - at;
  }
  if (!text.isWellFormed()) throw loneSurrogate();
  if (length > LARGE_CHARS) return putLarge(out, encoder.encode(text), gap);
  out.reserve(HEAD_BYTES + length * 3);
  return encoder.encodeInto(text, out.bytes.subarray(out.position + gap)).written;
}

/**
 * Writes up to 31 ASCII characters behind a head of one byte, `head | length`. Most texts of most
 * messages are such; for any other it writes nothing and returns false.
 */
export function putShortAscii(out: ByteArena, text: string, head: number): boolean {
  const length = text.length;
  out.reserve(length + 1);
  const { bytes, position } = out;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return false;
    bytes[position + 1 + index] = unit;
  }
  bytes[position] = head | length;
  out.position = position + 1 + length;
  return true;
}

function putLarge(out: ByteArena, utf8: Uint8Array, gap: number): number {
  out.reserve(HEAD_BYTES + utf8.length);
  out.bytes.set(utf8, out.position + gap);
  return utf8.length;
}

function putInline(bytes: Uint8Array, text: string, start: number): number {
  let at = start;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | unit >> 6;
      bytes[at++] = 0x80 | unit & 0x3f;
    } else if ((unit & 0xf800) !== 0xd800) {
      bytes[at++] = 0xe0 | unit >> 12;
      bytes[at++] = 0x80 | unit >> 6 & 0x3f;
      bytes[at++] = 0x80 | unit & 0x3f;
    } else {
      // Past the end, charCodeAt answers NaN, which is no low surrogate either.
      const low = text.charCodeAt(++index);
      if (unit > 0xdbff || (low & 0xfc00) !== 0xdc00) throw loneSurrogate();
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
      bytes[at++] = 0xf0 | point >> 18;
      bytes[at++] = 0x80 | point >> 12 & 0x3f;
      bytes[at++] = 0x80 | point >> 6 & 0x3f;
      bytes[at++] = 0x80 | point & 0x3f;
    }
  }
  return at;
}

function loneSurrogate(): Unrepresentable {
  return new Unrepresentable("text with a lone surrogate", "well-formed Unicode");
}
