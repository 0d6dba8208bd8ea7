/**
 * What can be called: contracts, written once and imported by both sides.
 *
 * A contract is frozen data. {@linkcode defineContract} names a service and its methods;
 * {@linkcode unary}, {@linkcode serverStream}, {@linkcode clientStream} and
 * {@linkcode bidirectional} say how many messages go each way and of what type. From that alone the
 * compiler infers the client ({@linkcode RpcClient}) and the handlers ({@linkcode RpcHandlers}):
 * there is no generator and no build step.
 *
 * A message may have a schema of any library that follows Standard Schema. Schemas run where a
 * method is served: a request that does not match never reaches the handler, and the caller gets
 * `INVALID_ARGUMENT` with each field at fault; a response that does not match never leaves.
 *
 * @example A contract, and a client made by hand
 * ```ts
 * import { defineContract, type RpcClient, unary } from "@rpc-ts/websocket/contracts";
 *
 * const Chat = defineContract("Chat", {
 *   send: unary<{ text: string }, { id: number }>(),
 * });
 *
 * const chat: RpcClient<typeof Chat> = { send: ({ text }) => Promise.resolve({ id: text.length }) };
 * if ((await chat.send({ text: "hi" })).id !== 2) throw new Error("unexpected answer");
 * ```
 *
 * @module
 */

// Defining what can be called.
export { bidirectional, clientStream, serverStream, unary } from "./shapes.ts";
export {
  defineContract,
  defineContractWith,
  type RpcContractCodec,
  type RpcContractOptions,
} from "./define_contract.ts";
export { unchecked } from "./unchecked.ts";
export type {
  RpcContract,
  RpcContractMethod,
  RpcMethodAddress,
  RpcMethodDefaults,
  RpcMethods,
} from "./contract.ts";
export type { InferMethodTypes, RpcMethod, RpcMethodTypes, RpcShape } from "./method.ts";
export type { RpcMessageCodec, RpcMethodOptions } from "./method_options.ts";

// What both sides infer from it.
export type { RpcHandler, RpcHandlers, RpcHandlerShapes } from "./handler.ts";
export type { RpcClient, RpcClientMethod, RpcClientShapes } from "./client.ts";
export type { RpcCallOptions, RpcParentCall } from "./call_options.ts";
export type { RpcResponseStream } from "./response_stream.ts";
export type { RpcSource } from "../sources/source.ts";

// What interceptors hand to handlers.
export { createContextKey, type RpcContextKey } from "./context_key.ts";

// Schemas.
export type {
  InferInput,
  InferOutput,
  StandardSchemaIssue,
  StandardSchemaProps,
  StandardSchemaResult,
  StandardSchemaV1,
} from "./standard_schema.ts";
export { RpcValidationError } from "./validation_error.ts";

// For what serves and calls contracts.
export { checkContracts } from "./check_contracts.ts";
export { validateRequest, validateResponse, validateValue } from "./validation.ts";
