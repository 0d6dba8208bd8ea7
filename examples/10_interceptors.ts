// deno-lint-ignore-file no-console
/**
 * Interceptors wrap calls on either side: here one that times every call, one that signs them, and
 * one that lets in whom it knows and tells the handler who that is.
 *
 *     deno run examples/10_interceptors.ts
 *     bun examples/10_interceptors.ts
 */
import {
  createContextKey,
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcCallerEndpoint,
  type RpcCallerInterceptor,
  RpcError,
  RpcResponderEndpoint,
  type RpcResponderInterceptor,
  RpcStatus,
  unary,
} from "../mod.ts";

const Notes = defineContract("Notes", { add: unary<{ text: string }, string>() });

// What an interceptor puts into the context of a call, with its type.
const userKey = createContextKey<{ name: string }>("user");

const notes = implement(Notes, {
  add: ({ text }, context) => `${context.get(userKey)?.name} noted "${text}"`,
});

// On the side that serves.
// A map, because every object also has "constructor", "toString" and more.
const users = new Map([["secret-1", { name: "Ada" }]]);
const authenticate: RpcResponderInterceptor = {
  unary(call, request, next) {
    const user = users.get(String(call.context.metadata.get("token")));
    if (user === undefined) throw new RpcError(RpcStatus.UNAUTHENTICATED, "Who are you?");
    call.context.set(userKey, user);
    return next(request);
  },
};

// On the side that calls.
const measure: RpcCallerInterceptor = {
  async unary(call, request, next) {
    const start = performance.now();
    try {
      return await next(request);
    } finally {
      const isFast = performance.now() - start < 1000;
      console.log(`${call.method.path} took ${isFast ? "less" : "more"} than a second`);
    }
  },
};
function sign(token: string): RpcCallerInterceptor {
  return {
    unary: (call, request, next) =>
      next(request, { ...call, options: { ...call.options, metadata: { token } } }),
  };
}

const [near, far] = createMemoryTransportPair();
await using responder = new RpcResponderEndpoint({
  transport: far,
  contracts: [notes],
  interceptors: [authenticate],
});
responder.start();
await using caller = new RpcCallerEndpoint({ transport: near, interceptors: [measure] });
const client = caller.client(Notes);

// Whoever has no token is refused, and so is whoever has one that nobody was given.
for (const metadata of [{}, { token: "constructor" }]) {
  try {
    console.log(await client.add({ text: "nobody knows me" }, { metadata }));
  } catch (error) {
    if (error instanceof RpcError) console.log("Refused:", error.message);
  }
}

// The last one added stands nearest to the wire.
caller.addInterceptor(sign("secret-1"));
console.log(await client.add({ text: "buy milk" }));
