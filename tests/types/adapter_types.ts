/** What the platforms' own types must accept; compiled, never run. */
import { Hono } from "hono";
import { websocket as websocketOfHono } from "hono/bun";
import { createBunWebSocket } from "../../src/adapters/bun.ts";
import { denoRpcHandler } from "../../src/adapters/deno.ts";
import { honoRpc } from "../../src/adapters/hono.ts";

export function serveOnDeno(): void {
  const handler = denoRpcHandler({ contracts: [], fallback: () => new Response("page") });
  Deno.serve({ port: 8080 }, handler);
  Deno.serve({ path: "/run/rpc.sock" }, handler);
  const app = new Hono();
  Deno.serve(denoRpcHandler({ contracts: [], fallback: app.fetch }));
  ({ fetch: handler }) satisfies Deno.ServeDefaultExport;
}

export function serveWithHono(): void {
  const rpc = honoRpc({ contracts: [], passOn: true });
  const app = new Hono<{ Bindings: { key: string }; Variables: { user: string } }>()
    .basePath("/api")
    .get("/rpc", rpc, (context) => context.text(context.var.user))
    .use("/rpc", rpc)
    .all("/rpc", rpc);
  // @ts-expect-error: Hono's next handler is told by "passOn"
  honoRpc({ contracts: [], fallback: app.fetch });
}

export function shareWithHono(): void {
  createBunWebSocket({ other: websocketOfHono });
  // @ts-expect-error: the limits are numbers
  createBunWebSocket({ limits: { maxMessageBytes: "16 MiB" } });
}
