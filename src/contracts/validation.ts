import { RpcError } from "../protocol/rpc_error.ts";
import { RpcStatus } from "../protocol/status.ts";
import type { RpcContractMethod } from "./contract.ts";
import { formatViolations, toFieldViolations } from "./field_violation.ts";
import type { RpcMethod, RpcShape } from "./method.ts";
import type { StandardSchemaResult, StandardSchemaV1 } from "./standard_schema.ts";
import { RpcValidationError } from "./validation_error.ts";

/** All that a caller learns of an error which is none of its business. */
export const INTERNAL_ERROR_TEXT = "Internal server error";
/** All that a caller learns of a response which its schema refused. */
export const INVALID_RESPONSE_TEXT = "Handler returned an invalid response";

/**
 * Checks a value, and transforms it if the schema does.
 *
 * @typeParam Output What comes out of the schema
 * @param schema The schema
 * @param value The value
 * @returns What the schema made of the value; a promise only when the schema answers with one
 * @throws {RpcValidationError} When the value does not match; by rejection when the schema is
 *   asynchronous. What the schema itself throws passes through
 *
 * @example Check a value
 * ```ts
 * import { type StandardSchemaV1, validateValue } from "@rpc-ts/websocket/contracts";
 *
 * // A schema of Zod, Valibot or ArkType goes here.
 * const Upper: StandardSchemaV1<string> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "example",
 *     validate: (value) => ({ value: String(value).toUpperCase() }),
 *   },
 * };
 *
 * if (validateValue(Upper, "hi") !== "HI") throw new Error("unexpected value");
 * ```
 */
export function validateValue<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  value: unknown,
): Output | Promise<Output> {
  const result = schema["~standard"].validate(value);
  return isPromise(result) ? Promise.resolve(result).then(unwrap) : unwrap(result);
}

/**
 * Checks one request where it is served.
 *
 * @typeParam RequestOut What the handler gets
 * @param method The method that is called
 * @param value The request as decoded
 * @returns What the handler gets; a promise only when the schema answers with one
 * @throws {RpcError} `INVALID_ARGUMENT` with the field violations as details when the request does
 *   not match; `INTERNAL` with a fixed text when the schema throws anything but an `RpcError`. By
 *   rejection when the schema is asynchronous
 *
 * @example Let everything through where there is no schema
 * ```ts
 * import { defineContract, unary, validateRequest } from "@rpc-ts/websocket/contracts";
 *
 * const Users = defineContract("Users", { find: unary<string, string>() });
 *
 * if (validateRequest(Users.methods.find, "u-42") !== "u-42") throw new Error("unexpected value");
 * ```
 */
export function validateRequest<RequestOut>(
  method: RpcContractMethod<RpcMethod<RpcShape, unknown, RequestOut>>,
  value: unknown,
): RequestOut | Promise<RequestOut> {
  // Without a schema the handler gets what the client gave: both types are one.
  if (method.request === undefined) return value as RequestOut;
  return validateBy(method.request, method, value);
}

/**
 * Checks one response before it leaves the side that serves.
 *
 * @typeParam ResponseOut What the client gets
 * @param method The method that is called
 * @param value The response as the handler returned it
 * @returns What the client gets; a promise only when the schema answers with one
 * @throws {RpcError} `INTERNAL` with a fixed text, and the {@linkcode RpcValidationError}, which
 *   stays on this side, as its cause. By rejection when the schema is asynchronous
 *
 * @example Let everything through where there is no schema
 * ```ts
 * import { defineContract, unary, validateResponse } from "@rpc-ts/websocket/contracts";
 *
 * const Users = defineContract("Users", { find: unary<string, string>() });
 *
 * if (validateResponse(Users.methods.find, "Ada") !== "Ada") throw new Error("unexpected value");
 * ```
 */
export function validateResponse<ResponseOut>(
  method: RpcContractMethod<RpcMethod<RpcShape, unknown, unknown, unknown, ResponseOut>>,
  value: unknown,
): ResponseOut | Promise<ResponseOut> {
  // Without a schema the client gets what the handler returned: both types are one.
  if (method.response === undefined) return value as ResponseOut;
  return validateMessage(method.response, value, toResponseError);
}

function validateBy<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  method: RpcContractMethod,
  value: unknown,
): Output | Promise<Output> {
  return validateMessage(schema, value, (error) => toRequestError(method, error));
}

function validateMessage<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  value: unknown,
  toError: (error: unknown) => RpcError,
): Output | Promise<Output> {
  try {
    const result = schema["~standard"].validate(value);
    return isPromise(result) ? unwrapLater(result, toError) : unwrap(result);
  } catch (error) {
    throw toError(error);
  }
}

async function unwrapLater<Output>(
  result: Promise<StandardSchemaResult<Output>>,
  toError: (error: unknown) => RpcError,
): Promise<Output> {
  try {
    return unwrap(await result);
  } catch (error) {
    throw toError(error);
  }
}

// The standard asks for a `Promise`; one of another realm or library is none by `instanceof`.
function isPromise<T extends object>(value: T | Promise<T>): value is Promise<T> {
  return "then" in value && typeof value.then === "function";
}

function unwrap<Output>(result: StandardSchemaResult<Output>): Output {
  if (!result.issues) return result.value;
  throw new RpcValidationError(toFieldViolations(result.issues));
}

function toRequestError(method: RpcContractMethod, error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  // A method that takes one request has not begun to run; one that takes many may have.
  const maybeExecuted = method.shape === "clientStream" || method.shape === "bidirectional";
  if (!(error instanceof RpcValidationError)) {
    return new RpcError(RpcStatus.INTERNAL, INTERNAL_ERROR_TEXT, { cause: error, maybeExecuted });
  }
  const { violations } = error;
  return new RpcError(
    RpcStatus.INVALID_ARGUMENT,
    `Cannot accept request of "${method.path}": ${formatViolations(violations)}`,
    {
      details: [{ type: "google.rpc.BadRequest", fieldViolations: violations }],
      cause: error,
      maybeExecuted,
    },
  );
}

function toResponseError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  const text = error instanceof RpcValidationError ? INVALID_RESPONSE_TEXT : INTERNAL_ERROR_TEXT;
  return new RpcError(RpcStatus.INTERNAL, text, { cause: error });
}
