/** A size of buffers that are kept for the next who needs one. */
interface SizeClass {
  readonly bytes: number;
  /** Never more than this are kept. */
  readonly most: number;
  readonly free: Uint8Array<ArrayBuffer>[];
}

/** Memory of the whole program that is kept: less than 2.7 MiB. */
const CLASSES: readonly SizeClass[] = [
  { bytes: 512, most: 256, free: [] },
  { bytes: 16 * 1024, most: 32, free: [] },
  { bytes: 128 * 1024, most: 16, free: [] },
];

/**
 * A buffer of at least so many bytes: a used one where there is one, with anything in it.
 *
 * Buffers are dear: the platform clears them, and its garbage collector counts them. One that is
 * needed for a moment only comes from here and goes back with {@linkcode returnBuffer}.
 */
export function takeBuffer(bytes: number): Uint8Array<ArrayBuffer> {
  for (const { bytes: size, free } of CLASSES) {
    if (bytes <= size) return free.pop() ?? new Uint8Array(size);
  }
  return new Uint8Array(bytes);
}

/** Gives a buffer back that nothing refers to any more; one of another size is dropped. */
export function returnBuffer(buffer: Uint8Array<ArrayBuffer>): void {
  for (const { bytes, free, most } of CLASSES) {
    if (buffer.length === bytes && free.length < most) free.push(buffer);
  }
}
