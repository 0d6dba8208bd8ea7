import type { StandardSchemaV1 } from "./standard_schema.ts";

const UNCHECKED: StandardSchemaV1 = /* @__PURE__ */ Object.freeze({
  "~standard": /* @__PURE__ */ Object.freeze({
    version: 1,
    vendor: "rpc-ts",
    validate: (value: unknown) => ({ value }),
  }),
});

/**
 * Gives a message by its type alone where the other direction of the method has a schema.
 *
 * Nothing is checked at run time, and nothing is spent on it.
 *
 * @typeParam T Type of the message
 * @returns A schema that every value passes
 *
 * @example Check requests, trust our own responses
 * ```ts
 * import { type StandardSchemaV1, unary, unchecked } from "@rpc-ts/websocket/contracts";
 *
 * // A schema of Zod, Valibot or ArkType goes here.
 * const Name: StandardSchemaV1<string> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "example",
 *     validate: (value) =>
 *       typeof value === "string" ? { value } : { issues: [{ message: "Expected a string" }] },
 *   },
 * };
 * const greet = unary({ request: Name, response: unchecked<{ greeting: string }>() });
 *
 * if (greet.request !== Name) throw new Error("unexpected request schema");
 * if (greet.response !== undefined) throw new Error("responses are checked");
 * ```
 */
export function unchecked<T>(): StandardSchemaV1<T> {
  // `T` exists for the compiler only: the schema hands on whatever it gets.
  return UNCHECKED as StandardSchemaV1<T>;
}

/** Whether a schema is {@linkcode unchecked}. */
export function isUnchecked(schema: StandardSchemaV1): boolean {
  return schema === UNCHECKED;
}
