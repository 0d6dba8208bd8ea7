/** Listening on 127.0.0.1 with the server of the runtime. */

/** The part of `Bun` that is used here. */
export interface BunServer {
  upgrade(request: Request, options?: { readonly data: unknown }): boolean;
}

interface BunGlobal {
  serve(options: Readonly<Record<string, unknown>>): { readonly port: number };
}

const LISTENING = { hostname: "127.0.0.1", port: 0 };

/** Listens with `Deno.serve`; answers the address for WebSockets. */
export function serveOnDeno(handler: Deno.ServeHandler<Deno.NetAddr>): string {
  const { addr } = Deno.serve({ ...LISTENING, onListen() {} }, handler);
  return `ws://${addr.hostname}:${addr.port}`;
}

/** Listens with `Bun.serve`; answers the address for WebSockets. */
export function serveOnBun(options: object): string {
  // Only called under Bun.
  const { Bun } = globalThis as unknown as { readonly Bun: BunGlobal };
  return `ws://${LISTENING.hostname}:${Bun.serve({ ...LISTENING, ...options }).port}`;
}
