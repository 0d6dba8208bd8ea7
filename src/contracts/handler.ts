import type { RpcContract } from "./contract.ts";
import type { InferMethodTypes, RpcMethod } from "./method.ts";
import type { RpcSource } from "../sources/source.ts";

/** What a handler looks like, by shape. */
export interface RpcHandlerShapes<Request, Response, Context> {
  /** One request, one response. */
  readonly unary: (request: Request, context: Context) => Response | Promise<Response>;
  /** One request, many responses. */
  readonly serverStream: (request: Request, context: Context) => RpcSource<Response>;
  /** Many requests, one response. */
  readonly clientStream: (
    requests: AsyncIterable<Request>,
    context: Context,
  ) => Response | Promise<Response>;
  /** Many requests, many responses. */
  readonly bidirectional: (
    requests: AsyncIterable<Request>,
    context: Context,
  ) => RpcSource<Response>;
}

/**
 * The function that serves a method.
 *
 * @typeParam Method The method
 * @typeParam Context What handlers get beside the request
 */
export type RpcHandler<Method extends RpcMethod, Context> = RpcHandlerShapes<
  InferMethodTypes<Method>["requestOut"],
  InferMethodTypes<Method>["responseIn"],
  Context
>[Method["shape"]];

/**
 * The functions that serve a contract, by name of the method; none may be left out.
 *
 * @typeParam Contract The contract
 * @typeParam Context What handlers get beside the request
 *
 * @example Write handlers down before serving them
 * ```ts
 * import { defineContract, type RpcHandlers, unary } from "@rpc-ts/websocket/contracts";
 *
 * const Users = defineContract("Users", { greet: unary<{ name: string }, string>() });
 * const handlers: RpcHandlers<typeof Users, unknown> = {
 *   greet: (request) => `Hello ${request.name}`,
 * };
 *
 * if (handlers.greet({ name: "Ada" }, {}) !== "Hello Ada") throw new Error("unexpected answer");
 * ```
 */
export type RpcHandlers<Contract extends RpcContract, Context> = {
  readonly [Key in keyof Contract["methods"]]: RpcHandler<Contract["methods"][Key], Context>;
};
