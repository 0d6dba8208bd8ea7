/** The same bytes as a plain `Uint8Array`: of a subclass, `subarray` and `slice` make more of it. */
export function plainBytes<B extends ArrayBufferLike>(bytes: Uint8Array<B>): Uint8Array<B> {
  return Object.getPrototypeOf(bytes) === Uint8Array.prototype
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The same bytes as a socket takes them: plain, and a copy if other threads may write them. */
export function sendableBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return isUnshared(bytes) ? plainBytes(bytes) : new Uint8Array(bytes);
}

function isUnshared(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer;
}

/** Fails unless `value` is bytes; `verb` and `format` are for the message. */
export function checkBytes(value: unknown, verb: string, format: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError(
    `Cannot ${verb} ${format}: found ${
      value === null ? "null" : typeof value
    }, expected a Uint8Array`,
  );
}
