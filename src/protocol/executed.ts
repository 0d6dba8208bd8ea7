import { RpcError } from "./rpc_error.ts";

/** The same error with what is known of one call: an error from elsewhere knows nothing of it. */
export function withExecuted(error: RpcError, maybeExecuted: boolean): RpcError {
  if (error.maybeExecuted === maybeExecuted) return error;
  const { code, rawMessage, details, cause } = error;
  return new RpcError(code, rawMessage, { details, cause, maybeExecuted });
}
