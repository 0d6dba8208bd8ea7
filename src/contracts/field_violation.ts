import type { RpcFieldViolation } from "../protocol/error_detail.ts";
import type { StandardSchemaIssue } from "./standard_schema.ts";

/** Most violations that an error carries; the rest is left out. */
export const MAX_FIELD_VIOLATIONS = 32;
/** Longest path and longest description of a violation, in UTF-16 code units; the rest is cut. */
export const MAX_VIOLATION_LENGTH = 256;
/** Bytes of all violations together, so that they fit a header of the default limit. */
export const MAX_VIOLATIONS_BYTES = 4096;

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const ELLIPSIS = "...";

/**
 * Turns what a schema found into field violations, within limits: a hostile value can break a
 * schema in a million places.
 *
 * @param issues What the schema found
 * @returns The first violations; never empty
 */
export function toFieldViolations(
  issues: readonly StandardSchemaIssue[],
): readonly RpcFieldViolation[] {
  const violations: RpcFieldViolation[] = [];
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const issue of issues) {
    const field = formatFieldPath(issue.path ?? []);
    const description = cutText(String(issue.message));
    bytes += encoder.encode(field).length + encoder.encode(description).length;
    if (violations.length === MAX_FIELD_VIOLATIONS || bytes > MAX_VIOLATIONS_BYTES) break;
    violations.push({ field, description });
  }
  return violations.length > 0 ? violations : [{ field: "", description: "Invalid value" }];
}

/**
 * Says in short where a value is wrong, for a message that travels: printable ASCII, and none of
 * the schema's own words, which may quote the value.
 *
 * @param violations What is wrong, field by field
 * @returns Words that go on from "Cannot accept request: "
 */
export function formatViolations(violations: readonly RpcFieldViolation[]): string {
  const field = violations[0]?.field ?? "";
  const where = field === "" ? "the value" : `field "${field.replace(/[^\x20-\x7e]/gu, "?")}"`;
  return violations.length > 1
    ? `${where} is invalid, and ${violations.length - 1} more`
    : `${where} is invalid`;
}

/**
 * Writes a path as JavaScript would: `user.address[0].city`, `rooms["main hall"].seats`.
 *
 * @param path Keys from the outside in; a key that is no property key, as a `Map` may have, is
 *   written `[?]`
 * @returns The text, cut at {@linkcode MAX_VIOLATION_LENGTH}; empty for the whole value
 */
export function formatFieldPath(path: NonNullable<StandardSchemaIssue["path"]>): string {
  let text = "";
  for (const segment of path) {
    if (text.length > MAX_VIOLATION_LENGTH) break;
    const key = typeof segment === "object" && segment !== null ? segment.key : segment;
    text += formatKey(key, text === "");
  }
  return cutText(text);
}

function formatKey(key: unknown, first: boolean): string {
  switch (typeof key) {
    case "string": {
      const name = cutAt(key, MAX_VIOLATION_LENGTH + 2);
      if (!IDENTIFIER.test(name)) return `[${JSON.stringify(name)}]`;
      return first ? name : `.${name}`;
    }
    case "number":
    case "bigint":
    case "boolean":
    case "symbol":
      return `[${String(key).slice(0, MAX_VIOLATION_LENGTH + 1)}]`;
    default:
      return "[?]";
  }
}

function cutText(text: string): string {
  if (text.length <= MAX_VIOLATION_LENGTH) return text;
  return cutAt(text, MAX_VIOLATION_LENGTH - ELLIPSIS.length) + ELLIPSIS;
}

// A cut between the halves of a surrogate pair would leave one that has no encoding.
function cutAt(text: string, length: number): string {
  return text.length > length ? text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "") : text;
}
