import type { RpcFieldViolation } from "../protocol/error_detail.ts";
import { formatViolations } from "./field_violation.ts";

/**
 * Says what a schema found wrong with a value. The message names the first field; what is wrong with
 * it stands in `violations` only, where the words of the schema may quote the value.
 *
 * @example Read what is wrong
 * ```ts
 * import { RpcValidationError } from "@rpc-ts/websocket/contracts";
 *
 * const error = new RpcValidationError([{ field: "user.age", description: "Expected a number" }]);
 * if (error.violations[0]?.field !== "user.age") throw new Error("unexpected field");
 * ```
 */
export class RpcValidationError extends Error {
  /** What is wrong, field by field, in the order of the schema; long lists are cut. */
  readonly violations: readonly RpcFieldViolation[];

  /**
   * Makes an error.
   *
   * @param violations What is wrong, field by field
   */
  constructor(violations: readonly RpcFieldViolation[]) {
    super(`Cannot accept value: ${formatViolations(violations)}`);
    this.name = "RpcValidationError";
    this.violations = violations;
  }
}
