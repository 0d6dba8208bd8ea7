/**
 * A schema of any library that follows Standard Schema version 1: Zod, Valibot, ArkType and others.
 *
 * Declared here member for member, so that this package depends on no schema library.
 *
 * @typeParam Input What goes into the schema
 * @typeParam Output What comes out of it; differs from `Input` where the schema transforms
 * @see https://standardschema.dev
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** What the standard asks of a schema. */
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

/** The members that every Standard Schema has. */
export interface StandardSchemaProps<Input = unknown, Output = Input> {
  /** Version of the standard. */
  readonly version: 1;
  /** Name of the library. */
  readonly vendor: string;
  /** Checks a value; an asynchronous schema may answer with a promise. */
  readonly validate: (
    value: unknown,
  ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
  /** Carries the two types; never there at run time. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
}

/** What a schema found: a value, or what is wrong. */
export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardSchemaIssue[] };

/** One thing that is wrong with a value. */
export interface StandardSchemaIssue {
  /** What is wrong, for people. Some libraries quote the value here. */
  readonly message: string;
  /** Where, from the outside in; nothing or empty for the whole value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The type that goes into a schema. */
export type InferInput<Schema extends StandardSchemaV1> = NonNullable<
  Schema["~standard"]["types"]
>["input"];

/** The type that comes out of a schema. */
export type InferOutput<Schema extends StandardSchemaV1> = NonNullable<
  Schema["~standard"]["types"]
>["output"];
