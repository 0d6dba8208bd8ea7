import type { RpcCodec } from "../codecs/codec.ts";
import { type RequestSources, SOURCES } from "../sources/request_sources.ts";
import type { RpcMethod, RpcShape } from "./method.ts";
import type { RpcMessageCodec, RpcMethodOptions } from "./method_options.ts";
import type { StandardSchemaV1 } from "./standard_schema.ts";
import { isUnchecked } from "./unchecked.ts";

/** All shapes. */
export const SHAPES: readonly RpcShape[] = [
  "unary",
  "serverStream",
  "clientStream",
  "bidirectional",
];

/**
 * Checks the settings of a method and freezes it.
 *
 * @param shape How many messages go each way
 * @param options Settings as the user gave them
 * @param sources How its requests are sent, where they come from a source
 * @returns The method
 * @throws {TypeError} When a schema or a codec is not one
 */
export function createMethod<
  Shape extends RpcShape,
  RequestIn,
  RequestOut,
  ResponseIn,
  ResponseOut,
>(
  shape: Shape,
  options: RpcMethodOptions<RequestIn, RequestOut, ResponseIn, ResponseOut>,
  sources?: RequestSources,
): RpcMethod<Shape, RequestIn, RequestOut, ResponseIn, ResponseOut> {
  return Object.freeze({
    shape,
    request: checkSchema("request", options.request),
    response: checkSchema("response", options.response),
    requestCodec: checkCodec("method: requestCodec", options.requestCodec ?? options.codec),
    responseCodec: checkCodec("method: responseCodec", options.responseCodec ?? options.codec),
    idempotent: options.idempotent ?? false,
    description: options.description ?? "",
    ...sources && { [SOURCES]: sources },
  });
}

/**
 * Checks that a codec, if there is one, has the members of a codec.
 *
 * @param what What is being defined, and the option at fault, for the error message
 * @param codec The codec as the user gave it
 * @returns The same codec
 * @throws {TypeError} When it is not a codec
 */
export function checkCodec<T>(
  what: string,
  codec: RpcMessageCodec<T> | undefined,
): RpcCodec | undefined {
  if (codec === undefined) return undefined;
  if (typeof codec?.encode !== "function" || typeof codec.decode !== "function") {
    throw new TypeError(
      `Cannot define ${what} is ${describeValue(codec)}, expected an object with encode and decode`,
    );
  }
  return codec;
}

function checkSchema<In, Out>(
  name: string,
  schema: StandardSchemaV1<In, Out> | undefined,
): StandardSchemaV1<In, Out> | undefined {
  if (schema === undefined || isUnchecked(schema)) return undefined;
  const standard = schema?.["~standard"];
  if (standard?.version !== 1 || typeof standard.validate !== "function") {
    throw new TypeError(
      `Cannot define method: ${name} is ${
        describeValue(schema)
      }, expected a Standard Schema, version 1`,
    );
  }
  return schema;
}

/** Whether a value is what {@linkcode createMethod} returns, of this copy of the package or another. */
export function isMethod(value: unknown): value is RpcMethod {
  // The list is asked about what may be anything.
  return typeof value === "object" && value !== null && "shape" in value &&
    (SHAPES as readonly unknown[]).includes(value.shape);
}

/** Names the kind of a value, never the value, for an error message. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "another object" : `a ${typeof value}`;
}
