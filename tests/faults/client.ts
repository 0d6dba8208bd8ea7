// deno-lint-ignore-file no-console
/**
 * Uploads numbered items to a server of the fault tests when it is asked to.
 *
 *     deno run -A tests/faults/client.ts --url ws://127.0.0.1:8080/rpc [--limits JSON]
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import type { RpcLimits } from "../../src/protocol/limits.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { serveAsks } from "./asks.ts";
import { Faults, type FlowRequest, UPLOAD_NAME, type UploadProgress } from "./contract.ts";
import { createItem } from "./items.ts";
import { measureMemory } from "./memory.ts";

type Progress = { -readonly [Key in keyof UploadProgress]: UploadProgress[Key] };

function main(): void {
  const { values } = parseArgs({
    options: { url: { type: "string", default: "" }, limits: { type: "string", default: "{}" } },
  });
  const limits: Partial<RpcLimits> = JSON.parse(values.limits);
  const transport = RpcWebSocketCallerTransport.connect(values.url, { limits });
  const { upload } = new RpcCallerEndpoint({ transport }).client(Faults);
  const progress: Progress = { pulled: 0, reply: undefined, error: "" };
  function* source({ items, bytes }: FlowRequest): Generator<Uint8Array> {
    while (progress.pulled < items) yield createItem(progress.pulled++, bytes);
  }
  serveAsks({
    upload(request: FlowRequest): void {
      Object.assign(progress, { pulled: 0, reply: undefined, error: "" });
      upload(source(request), { metadata: { [UPLOAD_NAME]: request.name } }).then(
        (reply) => progress.reply = reply,
        (error: unknown) => progress.error = String(error),
      );
    },
    progress: () => progress,
    memory: measureMemory,
  });
  console.log("ready");
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
