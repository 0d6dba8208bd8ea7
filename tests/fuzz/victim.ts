// deno-lint-ignore-file no-console
/** The server that is attacked: a program of its own, so that its memory can be told from ours. */
import process from "node:process";
import { RpcLogger } from "../../src/logger.ts";
import type { RpcWebSocketServer } from "../../src/server/web_socket_server.ts";
import { ADAPTERS } from "../support/adapter_servers.ts";
import { createTarget } from "./target.ts";

/** What the program tells of itself. */
export interface VictimReport {
  readonly connections: number;
  readonly activeCalls: number;
  readonly openStreams: number;
  /** Handlers as the endpoints of open connections count them. */
  readonly endpointHandlers: number;
  /** Handlers as they count themselves. */
  readonly runningHandlers: number;
  /** Handlers that have begun since the start. */
  readonly entered: number;
  /** Records of warnings and errors. */
  readonly records: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** What nobody handled. */
  readonly unhandled: readonly string[];
}

/** Times are short: what a liar leaves half done is to be gone before the test is. */
export const VICTIM_LIMITS = { connectTimeoutMs: 1500, halfOpenTimeoutMs: 1500 };

function collectGarbage(): void {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } };
  gc?.();
  Bun?.gc(true);
}

function watchErrors(): string[] {
  const unhandled: string[] = [];
  for (const name of ["unhandledRejection", "uncaughtException"]) {
    process.on(name, (error: unknown) => {
      unhandled.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    });
  }
  return unhandled;
}

function main(): void {
  const unhandled = watchErrors();
  const runtime = "Deno" in globalThis ? "deno" : "bun";
  const [adapter] = ADAPTERS.filter((known) => known.runtime === runtime);
  const probe = createTarget();
  let records = 0;
  const report = (server: RpcWebSocketServer): VictimReport => {
    const endpoints = [...server.endpoints];
    const sum = (count: (endpoint: (typeof endpoints)[number]) => number): number =>
      endpoints.reduce((total, endpoint) => total + count(endpoint), 0);
    const { rss, heapUsed, external } = process.memoryUsage();
    return {
      connections: server.connections,
      activeCalls: sum(({ activeCalls }) => activeCalls),
      openStreams: sum(({ transport }) => transport.openStreams),
      endpointHandlers: sum(({ runningHandlers }) => runningHandlers),
      runningHandlers: probe.running,
      entered: probe.entered,
      records,
      rssBytes: rss,
      heapBytes: heapUsed + external,
      unhandled,
    };
  };
  if (adapter === undefined) throw new Error("no adapter is for this runtime");
  const served = adapter.serve({
    contracts: [probe.contract],
    limits: VICTIM_LIMITS,
    logger: new RpcLogger("victim", { level: "warn", sink: () => records++ }),
    fallback(request) {
      if (request.url.endsWith("/gc")) collectGarbage();
      return Response.json(report(served.server));
    },
  });
  console.log(`listening ${served.url}`);
}

main();
