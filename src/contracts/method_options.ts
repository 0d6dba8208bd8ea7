import type { StandardSchemaV1 } from "./standard_schema.ts";

/**
 * A codec that can carry `T`: an {@linkcode RpcCodec} of `T` or of something wider.
 *
 * @typeParam T The values that have to be carried
 */
export interface RpcMessageCodec<T> {
  /** Short name for error messages and logs. */
  readonly name: string;
  /** Encodes one value. */
  readonly encode: (value: T) => Uint8Array<ArrayBuffer>;
  /** Decodes exactly one value. */
  readonly decode: (bytes: Uint8Array) => unknown;
}

/** Settings of a method; each may be left out. */
export interface RpcMethodOptions<
  RequestIn = unknown,
  RequestOut = RequestIn,
  ResponseIn = unknown,
  ResponseOut = ResponseIn,
> {
  /** Checks and transforms each request where it is served; every request passes unless given. */
  readonly request?: StandardSchemaV1<RequestIn, RequestOut>;
  /** Checks and transforms each response where it is served; every one passes unless given. */
  readonly response?: StandardSchemaV1<ResponseIn, ResponseOut>;
  /**
   * Whether calling twice does no more than calling once; `false` unless given. A unary call of
   * such a method may be tried again after the connection was lost, whether or not it ran.
   */
  readonly idempotent?: boolean;
  /** Codec of requests and responses; that of the contract unless given. */
  readonly codec?: RpcMessageCodec<NoInfer<RequestIn> | NoInfer<ResponseOut>>;
  /** Codec of requests; `codec` unless given. */
  readonly requestCodec?: RpcMessageCodec<NoInfer<RequestIn>>;
  /** Codec of responses; `codec` unless given. */
  readonly responseCodec?: RpcMessageCodec<NoInfer<ResponseOut>>;
  /** What the method does, for people; empty unless given. */
  readonly description?: string;
}
