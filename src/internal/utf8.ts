const encoder = /* @__PURE__ */ new TextEncoder();
// Without this a byte order mark at the start of a text would be lost.
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

/** Up to this length, joining characters one by one beats the platform's decoder. */
const SHORT_BYTES = 8;

/** Number of bytes that `text` takes as UTF-8; a lone surrogate counts as U+FFFD, three bytes. */
export function utf8Length(text: string): number {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return encoder.encode(text).length;
  }
  return text.length;
}

/** The longest beginning of `text` that takes at most `maxBytes` as UTF-8 and cuts no character. */
export function truncateUtf8(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(maxBytes)).read);
}

/** Writes `text` into `bytes` at `offset`, where there must be room for all of it. */
export function writeUtf8(text: string, bytes: Uint8Array, offset: number): void {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) {
      encoder.encodeInto(text.slice(index), bytes.subarray(offset + index));
      return;
    }
    bytes[offset + index] = unit;
  }
}

/** Reads text; what is not UTF-8 becomes U+FFFD. */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_BYTES) return decoder.decode(bytes.subarray(start, end));
  let text = "";
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0;
    if (byte > 0x7f) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}
