// deno-lint-ignore-file no-console
/** The server of the growth benchmark: `deno run -A bench/growth/server.ts --methods 100`. */
import process from "node:process";
import { parseArgs } from "node:util";
import { implement } from "../../mod.ts";
import { bunRpc } from "../../src/adapters/bun.ts";
import { denoRpcHandler } from "../../src/adapters/deno.ts";
import { serveAsks, type ServerUsage } from "../compare/asks.ts";
import type { BenchMessage } from "../compare/message.ts";
import { serveOnBun, serveOnDeno } from "../compare/systems/listen.ts";
import { defineMany, Growth, LIMITS, MAX_CONNECTIONS } from "./contracts.ts";

function echo(message: BenchMessage): BenchMessage {
  return message;
}

const growth = implement(Growth, {
  echo,
  async *stay(_request, { signal }) {
    yield null;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  },
});

function usage(): ServerUsage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, produced: 0 };
}

const { values } = parseArgs({ options: { methods: { type: "string", default: "1" } } });
const Many = defineMany(Number(values.methods));
const handlers = Object.fromEntries(Object.keys(Many.methods).map((name) => [name, echo]));
const options = {
  contracts: [growth, implement(Many, handlers)],
  limits: LIMITS,
  maxConnections: MAX_CONNECTIONS,
};
const url = "Deno" in globalThis
  ? serveOnDeno(denoRpcHandler(options))
  : serveOnBun(bunRpc(options));
serveAsks({ usage });
console.log(`ready ${url}`);
