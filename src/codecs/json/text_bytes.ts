const POOL_BYTES = 32768;
// A longer text gets memory of its own.
const SHARED_CHARS = 2048;
// Where a loop in JavaScript stops being faster than a call into the platform, between what Deno
// and Bun prefer (bench/codec_bench.ts).
const INLINE_CHARS = 64;

const encoder = /* @__PURE__ */ new TextEncoder();
let pool = /* @__PURE__ */ new Uint8Array(0);
let used = 0;

/**
 * The UTF-8 of a text that has no lone surrogates.
 *
 * @returns Bytes that are never written again; those of short texts share their `buffer` with others
 */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const { length } = text;
  if (length > SHARED_CHARS) return encoder.encode(text);
  // A pool whose memory was transferred to somebody has no length any more.
  if (used + length * 3 > pool.length) {
    pool = new Uint8Array(POOL_BYTES);
    used = 0;
  }
  const start = used;
  if (length > INLINE_CHARS || !putAscii(text, start)) {
    used += encoder.encodeInto(text, pool.subarray(start)).written;
  } else used += length;
  return pool.subarray(start, used);
}

/** Writes a text into the pool; false when it is more than ASCII. */
function putAscii(text: string, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return false;
    pool[start + index] = unit;
  }
  return true;
}
