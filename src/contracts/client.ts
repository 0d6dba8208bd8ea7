import type { RpcCallOptions } from "./call_options.ts";
import type { RpcContract } from "./contract.ts";
import type { InferMethodTypes, RpcMethod } from "./method.ts";
import type { RpcResponseStream } from "./response_stream.ts";
import type { RpcSource } from "../sources/source.ts";

/** What a method looks like to its caller, by shape. */
export interface RpcClientShapes<Request, Response> {
  /** One request, one response. */
  readonly unary: (request: Request, options?: RpcCallOptions) => Promise<Response>;
  /** One request, many responses. */
  readonly serverStream: (
    request: Request,
    options?: RpcCallOptions,
  ) => RpcResponseStream<Response>;
  /** Many requests, one response. */
  readonly clientStream: (
    requests: RpcSource<Request>,
    options?: RpcCallOptions,
  ) => Promise<Response>;
  /** Many requests, many responses. */
  readonly bidirectional: (
    requests: RpcSource<Request>,
    options?: RpcCallOptions,
  ) => RpcResponseStream<Response>;
}

/**
 * The function that calls a method.
 *
 * @typeParam Method The method
 */
export type RpcClientMethod<Method extends RpcMethod> = RpcClientShapes<
  InferMethodTypes<Method>["requestIn"],
  InferMethodTypes<Method>["responseOut"]
>[Method["shape"]];

/**
 * A contract as its caller sees it: one function a method. Take it as a parameter where a fake has to
 * stand in for a server.
 *
 * @typeParam Contract The contract
 *
 * @example Test against a fake
 * ```ts
 * import { defineContract, type RpcClient, unary } from "@rpc-ts/websocket/contracts";
 *
 * const Users = defineContract("Users", { name: unary<{ id: string }, string>() });
 * const fake: RpcClient<typeof Users> = { name: (request) => Promise.resolve(`N-${request.id}`) };
 *
 * if (await fake.name({ id: "42" }) !== "N-42") throw new Error("unexpected answer");
 * ```
 */
export type RpcClient<Contract extends RpcContract> = {
  readonly [Key in keyof Contract["methods"]]: RpcClientMethod<Contract["methods"][Key]>;
};
