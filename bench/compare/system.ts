/** What a system brings to be measured. */
import type { BenchMessage, ItemRequest } from "./message.ts";

/** A runtime that servers and clients run on. */
export type RuntimeName = "deno" | "bun";

/** What a system is started with. */
export interface BenchContext {
  readonly runtime: RuntimeName;
  /** Loads an npm package of the peers. */
  load(name: string): Promise<unknown>;
}

/** One connection of a client. What a system cannot do is left out. */
export interface BenchConnection {
  /** One call: the server answers with the message. */
  echo(message: BenchMessage): Promise<unknown>;
  /** Calls without an end, so many at once, until a time; answers how many came back. */
  echoMany?(inFlight: number, untilMs: number): Promise<number>;
  /** A server stream; answers how many items came. */
  down?(request: ItemRequest): Promise<number>;
  /** A client stream; answers how many items the server counted. */
  up?(request: ItemRequest): Promise<number>;
  /** A bidirectional stream: the server sends back each item; answers how many came. */
  both?(request: ItemRequest): Promise<number>;
  /** Ends the connection. */
  close(): unknown;
}

/** A system that is measured. */
export interface BenchSystem {
  /** Serves on 127.0.0.1; answers the address. */
  serve(context: BenchContext): Promise<string>;
  /** Connects; settles when the connection carries calls. */
  connect(url: string, context: BenchContext): Promise<BenchConnection>;
}
