/** What values take of the heap. */
import process from "node:process";

/** What `make` adds to the heap, garbage included if it is still there; for sums in megabytes. */
export function heapGrowth(make: () => unknown): number {
  const before = process.memoryUsage().heapUsed;
  const made = make();
  const growth = process.memoryUsage().heapUsed - before;
  if (made === undefined) throw new Error("nothing was made");
  return growth;
}
