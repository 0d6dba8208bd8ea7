import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import type { TransportMaker } from "./transport_pair.ts";

/** Pairs in memory. */
export const memoryMaker: TransportMaker = {
  name: "createMemoryTransportPair()",
  hasSizes: false,
  create(options = {}) {
    const [near, far] = createMemoryTransportPair(options);
    return Promise.resolve({
      near,
      far: () => Promise.resolve(far),
      lose: () => near.disconnect(),
      dispose: () => Promise.resolve(),
    });
  },
};
