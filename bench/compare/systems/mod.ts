/** Every system that is measured, and what it takes to run it. */
import type { Need } from "../rows.ts";
import type { BenchSystem, RuntimeName } from "../system.ts";
import { birpc } from "./birpc.ts";
import { capnweb } from "./capnweb.ts";
import { orpc } from "./orpc.ts";
import { ours } from "./ours.ts";
import { raw } from "./raw.ts";
import { socketIo } from "./socket_io.ts";
import { trpc } from "./trpc.ts";

/** A system with its name in the table. */
export interface SystemEntry {
  readonly title: string;
  readonly system: BenchSystem;
  /** Whether it is one of the typed peers that targets compare with. */
  readonly isTyped?: boolean;
  /** Why it does not run on a runtime. */
  readonly refusals?: Readonly<Partial<Record<RuntimeName, string>>>;
  /** What it has not, of what rows need. */
  readonly lacks?: readonly Need[];
  /** Its npm packages, at the version that is measured. */
  readonly packages?: Readonly<Record<string, string>>;
  /** What of them is loaded. */
  readonly modules?: readonly string[];
}

/** Every system, by its name on the command line. */
export const SYSTEMS: Readonly<Record<string, SystemEntry>> = {
  ours: { title: "ours", system: ours },
  raw: { title: "raw socket", system: raw },
  capnweb: {
    title: "capnweb",
    system: capnweb,
    isTyped: true,
    packages: { capnweb: "0.12.0" },
    modules: ["capnweb"],
  },
  orpc: {
    title: "oRPC",
    system: orpc,
    isTyped: true,
    // The items of its streams are JSON.
    lacks: ["bytes"],
    packages: { "@orpc/server": "1.15.3", "@orpc/client": "1.15.3" },
    modules: [
      "@orpc/server",
      "@orpc/server/websocket",
      "@orpc/server/bun-ws",
      "@orpc/client",
      "@orpc/client/websocket",
    ],
  },
  trpc: {
    title: "tRPC",
    system: trpc,
    isTyped: true,
    lacks: ["up", "both", "bytes"],
    packages: { "@trpc/server": "11.25.2", "@trpc/client": "11.25.2", ws: "8.23.0" },
    modules: ["@trpc/server", "@trpc/server/adapters/ws", "@trpc/client", "ws"],
  },
  birpc: {
    title: "birpc + msgpackr",
    system: birpc,
    lacks: ["down", "up", "both", "bytes"],
    packages: { birpc: "4.2.0", msgpackr: "2.1.3" },
    modules: ["birpc", "msgpackr"],
  },
  socketio: {
    title: "socket.io",
    system: socketIo,
    packages: { "socket.io": "4.8.4", "socket.io-client": "4.8.4" },
    modules: ["socket.io", "socket.io-client"],
  },
};

/** The names of typed peers. */
export const TYPED_PEERS: readonly string[] = Object.entries(SYSTEMS)
  .filter(([, { isTyped }]) => isTyped === true)
  .map(([name]) => name);

/** The system of a name. */
export function findSystem(name: string): SystemEntry {
  const entry = SYSTEMS[name];
  if (entry !== undefined) return entry;
  throw new RangeError(
    `Cannot find system "${name}": expected one of ${Object.keys(SYSTEMS).join(", ")}`,
  );
}
