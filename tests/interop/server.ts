// deno-lint-ignore-file no-console
/**
 * Serves the interop cases on 127.0.0.1 until it is stopped.
 *
 *     deno task interop:server --port 8080 [--path /rpc]
 *     bun tests/interop/server.ts --port 8080 [--path /rpc]
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { createInteropContracts } from "./service.ts";

const HOSTNAME = "127.0.0.1";

interface ServerOptions {
  readonly port: number;
  readonly path: string;
}

/** The part of Bun that is used here. */
interface BunServe {
  serve(options: Readonly<Record<string, unknown>>): { readonly port: number };
}

function readOptions(): ServerOptions {
  const { values } = parseArgs({
    options: { port: { type: "string" }, path: { type: "string", default: "/rpc" } },
  });
  const port = Number(values.port);
  if (values.port === undefined || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(`--port is ${values.port ?? "missing"}, expected 0 to 65535`);
  }
  if (!values.path.startsWith("/")) {
    throw new RangeError(`--path is "${values.path}", expected one that begins with "/"`);
  }
  return { port, path: values.path };
}

function announce(port: number, path: string): void {
  console.log(`listening ws://${HOSTNAME}:${port}${path}`);
}

async function serveDeno({ port, path }: ServerOptions): Promise<void> {
  const { denoRpcHandler } = await import("../../src/adapters/deno.ts");
  const handler = denoRpcHandler({ contracts: createInteropContracts(), path });
  Deno.serve({
    port,
    hostname: HOSTNAME,
    onListen: (address) => announce(address.port, path),
  }, handler);
}

async function serveBun({ port, path }: ServerOptions): Promise<void> {
  const { bunRpc } = await import("../../src/adapters/bun.ts");
  const { Bun } = globalThis as unknown as { readonly Bun: BunServe };
  const rpc = bunRpc({ contracts: createInteropContracts(), path });
  announce(Bun.serve({ port, hostname: HOSTNAME, ...rpc }).port, path);
}

try {
  const options = readOptions();
  await ("Deno" in globalThis ? serveDeno(options) : serveBun(options));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
