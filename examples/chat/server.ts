import type { RpcResponderContract } from "../../mod.ts";
import type { WebPage } from "./web_page.ts";

/** What a server of the chat is started with. */
export interface ChatServerOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly contracts: readonly RpcResponderContract[];
  /** Answers what is no call. */
  readonly page: WebPage;
}

/** A server of the chat that runs. */
export interface ChatServer {
  /** What runs it, for people. */
  readonly runtime: string;
  readonly port: number;
  /** Lets calls end, then closes. */
  stop(): Promise<void>;
}

/** Where the chat listens: on this machine only. */
export const HOSTNAME = "127.0.0.1";

/** Where the calls come in. */
export const RPC_PATH = "/rpc";

/** How long calls have to end when the server stops; a stay in a room never ends by itself. */
export const DRAIN_MS = 300;

/** Whether an error says that something else listens on the port. */
export function isPortTaken(error: unknown): boolean {
  return error instanceof Error &&
    (error.name === "AddrInUse" || ("code" in error && error.code === "EADDRINUSE"));
}
