/** Names a value that an interceptor puts into the context of a call; the type goes with it. */
export interface RpcContextKey<T> {
  /** For people; two keys of one name are two keys. */
  readonly name: string;
  /** Carries the type; never there at run time. */
  readonly "~type"?: T;
}

/**
 * Makes a key for values in a handler's context.
 *
 * @typeParam T The type of the values
 * @param name For people
 * @returns The key; keep it where both sides can import it
 *
 * @example Name the user of a call
 * ```ts
 * import { createContextKey } from "@rpc-ts/websocket/contracts";
 *
 * const userKey = createContextKey<{ id: string }>("user");
 * if (userKey.name !== "user") throw new Error("unexpected name");
 * ```
 */
export function createContextKey<T>(name: string): RpcContextKey<T> {
  return Object.freeze({ name });
}
