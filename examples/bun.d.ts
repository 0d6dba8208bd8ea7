/**
 * The part of Bun that the examples use, so that they can be checked beside programs for Deno. A
 * program for Bun alone takes all of it from the package `bun-types`.
 */
import type { RpcBunServer, RpcBunWebSocketHandler } from "../src/adapters/bun.ts";

type Answer = Response | undefined | Promise<Response | undefined>;

declare global {
  const Bun: {
    readonly version: string;
    serve(options: {
      port: number;
      hostname: string;
      fetch: (request: Request, server: RpcBunServer) => Answer;
      websocket: RpcBunWebSocketHandler;
    }): { readonly port: number; stop(): Promise<void> };
  };
}
