/** How far a sender may get ahead of a peer that does not read, as its limits say. */
import { readFile } from "node:fs/promises";
import { DEFAULT_LIMITS } from "../../src/protocol/limits.ts";

/** Resident memory that a stalled peer may cost. */
export const MAX_GROWTH_BYTES = 5_000_000;

/** What the writer lets wait in the socket, the batch that passes that, and the one that is filling. */
const WRITER_BYTES = 512 * 1024 + 2 * 64 * 1024;

/**
 * Items that may be made and not taken on a stream whose window has not grown: those that fill the
 * window, the last of which may be begun with one byte of credit, and one that waits for credit.
 */
export function maxItemsAhead(itemBytes: number): number {
  return Math.ceil(DEFAULT_LIMITS.streamWindowBytes / itemBytes) + 1;
}

/**
 * Bytes that may be made and not taken on a stream whose window is as large as it gets: those that
 * the writer and the kernel have taken, and one item.
 */
export async function maxBytesAhead(itemBytes: number): Promise<number> {
  return WRITER_BYTES + itemBytes + await readKernelBytes();
}

/** The most that the kernel keeps between two pairs of sockets: those on both sides of a proxy. */
async function readKernelBytes(): Promise<number> {
  const largest = async (name: string): Promise<number> => {
    const text = await readFile(`/proc/sys/net/ipv4/${name}`, "utf8").catch(() => "");
    return Number(text.trim().split(/\s+/)[2] ?? 8 * 1024 * 1024);
  };
  return 2 * (await largest("tcp_wmem") + await largest("tcp_rmem"));
}
