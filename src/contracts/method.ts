import type { RpcCodec } from "../codecs/codec.ts";
import type { StandardSchemaV1 } from "./standard_schema.ts";

/** How many messages go each way: one or many requests, one or many responses. */
export type RpcShape = "unary" | "serverStream" | "clientStream" | "bidirectional";

/** The four types of a method, which exist at compile time only. */
export interface RpcMethodTypes<
  RequestIn = unknown,
  RequestOut = unknown,
  ResponseIn = unknown,
  ResponseOut = unknown,
> {
  /** What the client gives, and what travels. */
  readonly requestIn: RequestIn;
  /** What the handler gets. */
  readonly requestOut: RequestOut;
  /** What the handler returns. */
  readonly responseIn: ResponseIn;
  /** What travels back, and what the client gets. */
  readonly responseOut: ResponseOut;
}

/**
 * A method before it has a name: its shape, types, schemas and codecs. Frozen data, made by
 * {@linkcode unary}, {@linkcode serverStream}, {@linkcode clientStream} and
 * {@linkcode bidirectional}.
 *
 * Schemas run on the side that serves, on both ways: requests are checked before the handler sees
 * them, responses before they leave. Without a schema the two types of a direction are one.
 *
 * @typeParam Shape How many messages go each way
 * @typeParam RequestIn What the client gives
 * @typeParam RequestOut What the handler gets
 * @typeParam ResponseIn What the handler returns
 * @typeParam ResponseOut What the client gets
 */
export interface RpcMethod<
  Shape extends RpcShape = RpcShape,
  RequestIn = unknown,
  RequestOut = unknown,
  ResponseIn = unknown,
  ResponseOut = unknown,
> {
  /** How many messages go each way. */
  readonly shape: Shape;
  /** Checks each request; undefined lets every request through. */
  readonly request: StandardSchemaV1<RequestIn, RequestOut> | undefined;
  /** Checks each response; undefined lets every response through. */
  readonly response: StandardSchemaV1<ResponseIn, ResponseOut> | undefined;
  /** Codec of requests; undefined for the default of the endpoint. */
  readonly requestCodec: RpcCodec | undefined;
  /** Codec of responses; undefined for the default of the endpoint. */
  readonly responseCodec: RpcCodec | undefined;
  /** Whether calling twice does no more than calling once. */
  readonly idempotent: boolean;
  /** What the method does, for people; empty unless given. */
  readonly description: string;
  /** Carries the four types; never there at run time. */
  readonly "~types"?: RpcMethodTypes<RequestIn, RequestOut, ResponseIn, ResponseOut>;
}

/** The four types of a method, for types that are made of it. */
export type InferMethodTypes<Method extends RpcMethod> = NonNullable<Method["~types"]>;
