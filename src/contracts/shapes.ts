import { requestSources } from "../sources/request_sources.ts";
import { createMethod } from "./create_method.ts";
import type { RpcMethod } from "./method.ts";
import type { RpcMethodOptions } from "./method_options.ts";

/**
 * Describes a method with one request and one response.
 *
 * The types come from the type arguments, from schemas, or from both: with
 * `unary<Request, Response>({ request: schema })` the schema has to agree with `Request`. Where only
 * one direction has a schema and the types are to be inferred, {@linkcode unchecked} gives the other.
 *
 * @typeParam RequestIn What the client gives
 * @typeParam ResponseOut What the client gets
 * @typeParam RequestOut What the handler gets; `RequestIn` unless a schema transforms
 * @typeParam ResponseIn What the handler returns; `ResponseOut` unless a schema transforms
 * @param options Schemas, codecs, whether the method is idempotent
 * @returns The method, to be named by {@linkcode defineContract}
 * @throws {TypeError} When a schema or a codec is not one
 *
 * @example One request, one response
 * ```ts
 * import { defineContract, unary } from "@rpc-ts/websocket/contracts";
 *
 * const Users = defineContract("Users", {
 *   rename: unary<{ id: string; name: string }, { renamed: boolean }>({ idempotent: true }),
 * });
 *
 * if (Users.methods.rename.path !== "/Users/rename") throw new Error("unexpected path");
 * ```
 */
export function unary<
  RequestIn,
  ResponseOut,
  RequestOut = RequestIn,
  ResponseIn = ResponseOut,
>(
  options: RpcMethodOptions<RequestIn, RequestOut, ResponseIn, ResponseOut> = {},
): RpcMethod<"unary", RequestIn, RequestOut, ResponseIn, ResponseOut> {
  return createMethod("unary", options);
}

/**
 * Describes a method with one request and any number of responses.
 *
 * Types and schemas are given as for {@linkcode unary}; the response schema checks each response.
 *
 * @typeParam RequestIn What the client gives
 * @typeParam ResponseOut What the client gets, many times
 * @typeParam RequestOut What the handler gets; `RequestIn` unless a schema transforms
 * @typeParam ResponseIn What the handler yields; `ResponseOut` unless a schema transforms
 * @param options Schemas and codecs
 * @returns The method, to be named by {@linkcode defineContract}
 * @throws {TypeError} When a schema or a codec is not one
 *
 * @example One request, many responses
 * ```ts
 * import { defineContract, serverStream } from "@rpc-ts/websocket/contracts";
 *
 * const Clock = defineContract("Clock", {
 *   tick: serverStream<{ everyMs: number }, Date>(),
 * });
 *
 * if (Clock.methods.tick.shape !== "serverStream") throw new Error("unexpected shape");
 * ```
 */
export function serverStream<
  RequestIn,
  ResponseOut,
  RequestOut = RequestIn,
  ResponseIn = ResponseOut,
>(
  options: RpcMethodOptions<RequestIn, RequestOut, ResponseIn, ResponseOut> = {},
): RpcMethod<"serverStream", RequestIn, RequestOut, ResponseIn, ResponseOut> {
  return createMethod("serverStream", options);
}

/**
 * Describes a method with any number of requests and one response.
 *
 * Types and schemas are given as for {@linkcode unary}; the request schema checks each request.
 *
 * @typeParam RequestIn What the client gives, many times
 * @typeParam ResponseOut What the client gets
 * @typeParam RequestOut What the handler gets; `RequestIn` unless a schema transforms
 * @typeParam ResponseIn What the handler returns; `ResponseOut` unless a schema transforms
 * @param options Schemas and codecs
 * @returns The method, to be named by {@linkcode defineContract}
 * @throws {TypeError} When a schema or a codec is not one
 *
 * @example Many requests, one response
 * ```ts
 * import { clientStream, defineContract } from "@rpc-ts/websocket/contracts";
 *
 * const Files = defineContract("Files", {
 *   upload: clientStream<Uint8Array, { bytes: number }>(),
 * });
 *
 * if (Files.methods.upload.shape !== "clientStream") throw new Error("unexpected shape");
 * ```
 */
export function clientStream<
  RequestIn,
  ResponseOut,
  RequestOut = RequestIn,
  ResponseIn = ResponseOut,
>(
  options: RpcMethodOptions<RequestIn, RequestOut, ResponseIn, ResponseOut> = {},
): RpcMethod<"clientStream", RequestIn, RequestOut, ResponseIn, ResponseOut> {
  return createMethod("clientStream", options, requestSources);
}

/**
 * Describes a method with any number of messages each way, in any order.
 *
 * Types and schemas are given as for {@linkcode unary}; the schemas check each message.
 *
 * @typeParam RequestIn What the client gives, many times
 * @typeParam ResponseOut What the client gets, many times
 * @typeParam RequestOut What the handler gets; `RequestIn` unless a schema transforms
 * @typeParam ResponseIn What the handler yields; `ResponseOut` unless a schema transforms
 * @param options Schemas and codecs
 * @returns The method, to be named by {@linkcode defineContract}
 * @throws {TypeError} When a schema or a codec is not one
 *
 * @example Many messages each way
 * ```ts
 * import { bidirectional, defineContract } from "@rpc-ts/websocket/contracts";
 *
 * const Chat = defineContract("Chat", {
 *   talk: bidirectional<{ text: string }, { user: string; text: string }>(),
 * });
 *
 * if (Chat.methods.talk.shape !== "bidirectional") throw new Error("unexpected shape");
 * ```
 */
export function bidirectional<
  RequestIn,
  ResponseOut,
  RequestOut = RequestIn,
  ResponseIn = ResponseOut,
>(
  options: RpcMethodOptions<RequestIn, RequestOut, ResponseIn, ResponseOut> = {},
): RpcMethod<"bidirectional", RequestIn, RequestOut, ResponseIn, ResponseOut> {
  return createMethod("bidirectional", options, requestSources);
}
