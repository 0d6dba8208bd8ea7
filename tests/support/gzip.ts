/** Gzip for tests, by the means of `node:zlib` and not by those under test. */
import { gunzipSync, gzipSync } from "node:zlib";
import { bytesOf } from "./native_frames.ts";

/** Bytes in gzip. */
export function gzip(bytes: Uint8Array | string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(typeof bytes === "string" ? bytesOf(bytes) : bytes));
}

/** The bytes that were gzipped. */
export function gunzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gunzipSync(bytes));
}

/** Bytes that nothing makes smaller, always the same. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  let seed = 42;
  return Uint8Array.from({ length }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 24;
  });
}

/** Takes the platform's streams away while `body` runs. */
export async function withoutGzip(body: () => void | Promise<void>): Promise<void> {
  const { CompressionStream, DecompressionStream } = globalThis;
  const hide = { configurable: true, writable: true, value: undefined };
  const show = { configurable: true, writable: true, enumerable: false };
  Object.defineProperties(globalThis, { CompressionStream: hide, DecompressionStream: hide });
  try {
    await body();
  } finally {
    Object.defineProperties(globalThis, {
      CompressionStream: { ...show, value: CompressionStream },
      DecompressionStream: { ...show, value: DecompressionStream },
    });
  }
}
