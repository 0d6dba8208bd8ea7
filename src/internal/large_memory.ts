/** Smaller memory is made about as fast as it is found again. */
export const LARGE_BYTES = 32 * 1024;
/** Never more than this is kept, in the whole program. */
const MOST_KEPT_BYTES = 4 * 1024 * 1024;

/** Memory that serves again; what has waited longest comes first. */
const kept: Uint8Array<ArrayBuffer>[] = [];
let keptBytes = 0;

/** Keeps memory that serves again. */
export type KeepMemory = (memory: Uint8Array<ArrayBuffer>) => void;

/** Messages that nobody but the one who sends them knows of, with what keeps their memory. */
const givenUp: WeakMap<Uint8Array, KeepMemory> = /* @__PURE__ */ new WeakMap();

/**
 * Memory of at least so many bytes, and an eighth more at most: used before where there is such, with
 * anything in it.
 *
 * The platform clears memory, counts it and collects it, which costs more than to fill it.
 */
export function takeLargeMemory(bytes: number): Uint8Array<ArrayBuffer> {
  const size = roundUp(bytes);
  for (let index = kept.length - 1; index >= 0; index--) {
    const memory = kept[index];
    if (memory?.length !== size) continue;
    kept.splice(index, 1);
    keptBytes -= size;
    return memory;
  }
  return new Uint8Array(size);
}

/** Keeps memory that nobody else refers to, for the next who takes some, if it came from here. */
export function keepLargeMemory(memory: Uint8Array<ArrayBuffer>): void {
  const { length } = memory;
  if (length < LARGE_BYTES || length > MOST_KEPT_BYTES / 2 || length !== roundUp(length)) return;
  kept.push(memory);
  keptBytes += length;
  while (keptBytes > MOST_KEPT_BYTES) keptBytes -= kept.shift()?.length ?? 0;
}

/**
 * Gives up a message: whoever sends it may use its memory again, all of it, when it has been sent.
 *
 * @param message A message that nobody else knows of, nor of its memory
 * @param keep Takes the memory: where no codec has memory of its own, nothing that keeps it is loaded
 */
export function giveUpMessage(message: Uint8Array, keep: KeepMemory): void {
  givenUp.set(message, keep);
}

/** Keeps the memory of a message that was sent and needs no copy, if its maker has given it up. */
export function reuseMessage(message: Uint8Array): void {
  if (message.length < LARGE_BYTES) return;
  const keep = givenUp.get(message);
  givenUp.delete(message);
  // Memory that is shared with other threads is never given up.
  keep?.(new Uint8Array(message.buffer as ArrayBuffer));
}

/** The next size of which there are eight between two powers of two. */
function roundUp(bytes: number): number {
  if (bytes > MOST_KEPT_BYTES) return bytes;
  const step = 2 ** Math.max(0, 28 - Math.clz32(bytes));
  return Math.ceil(bytes / step) * step;
}
