import { chunkLength, varintLength } from "../internal/byte_writer.ts";
import { DEFAULT_LIMITS, type RpcLimits } from "./limits.ts";
import {
  getMeasure,
  metadataEntries,
  type RpcMetadata,
  type RpcMetadataValue,
  setMeasure,
} from "./metadata.ts";
import { isReservedMetadataName } from "./reserved_names.ts";
import { RpcError } from "./rpc_error.ts";
import { RpcStatus } from "./status.ts";

const WRONG_IN_NAME = /[^0-9a-z_.-]/;
const WRONG_IN_TEXT = /[^ -~]/;

/** The limits that metadata is held to. */
export type RpcMetadataLimits = Pick<
  RpcLimits,
  "maxHeaderNameBytes" | "maxHeaderValueBytes" | "maxHeaders" | "maxMetadataBytes"
>;

/**
 * Checks metadata before it is sent, on any wire.
 *
 * Names are `0-9 a-z _ . -`, and not reserved for a wire; values are printable ASCII without a
 * space at either end, or bytes where the name ends in `-bin`. What was found right is remembered
 * by metadata of texts, so checking it against the same limits again costs next to nothing.
 *
 * @param metadata The headers or trailers that a user wants to send
 * @param limits Limits of count and sizes; the defaults unless given
 * @throws {RpcError} `INVALID_ARGUMENT` that names the header, or `RESOURCE_EXHAUSTED` that names
 *   the found and the allowed number; `maybeExecuted` is false
 *
 * @example Refuse a header of the wire
 * ```ts
 * import { RpcMetadata, validateMetadata } from "@rpc-ts/websocket/protocol";
 *
 * validateMetadata(RpcMetadata.from({ "x-tenant": "acme" }));
 * let message = "";
 * try {
 *   validateMetadata(RpcMetadata.from({ "grpc-timeout": "1S" }));
 * } catch (error) {
 *   message = String(error);
 * }
 * if (!message.includes('"grpc-timeout"')) throw new Error("unexpected message");
 * ```
 */
export function validateMetadata(
  metadata: RpcMetadata,
  limits: RpcMetadataLimits = DEFAULT_LIMITS,
): void {
  measureMetadata(metadata, limits);
}

/**
 * Checks metadata as {@linkcode validateMetadata} does and measures it.
 *
 * @returns Its length as a metadata block
 * @throws {RpcError} As {@linkcode validateMetadata}
 */
export function measureMetadata(metadata: RpcMetadata, limits: RpcMetadataLimits): number {
  if (metadata.size === 0) return 1;
  const known = getMeasure(metadata);
  return known?.limits === limits ? known.bytes : measureNew(metadata, limits);
}

/** What is wrong with the name of a header; undefined when nothing is. Reserved names are right. */
export function findNameFault(name: string, limits: RpcMetadataLimits): RpcError | undefined {
  if (name.length > limits.maxHeaderNameBytes) {
    return exhausted("a header name", name.length, limits.maxHeaderNameBytes);
  }
  // An empty name is wrong at 0.
  const wrong = name === "" ? 0 : name.search(WRONG_IN_NAME);
  if (wrong < 0) return undefined;
  return invalid("a header name", `found ${unitAt(name, wrong)}, expected 0-9 a-z _ . -`);
}

/** What is wrong with the value of a header whose name is right; undefined when nothing is. */
export function findValueFault(
  name: string,
  value: RpcMetadataValue,
  limits: RpcMetadataLimits,
): RpcError | undefined {
  if (value.length > limits.maxHeaderValueBytes) {
    return exhausted(`header "${name}"`, value.length, limits.maxHeaderValueBytes);
  }
  const isBinary = isBinaryName(name);
  if (typeof value !== "string") {
    return isBinary ? undefined : invalid(`header "${name}"`, "found bytes, expected text");
  }
  return isBinary
    ? invalid(`header "${name}"`, "found text, expected bytes")
    : findTextFault(name, value);
}

/** Whether the values of this header are bytes. */
export function isBinaryName(name: string): boolean {
  return name.endsWith("-bin");
}

/** What is wrong with a number of headers; undefined when nothing is. */
export function findCountFault(
  headers: number,
  limits: RpcMetadataLimits,
): RpcError | undefined {
  if (headers <= limits.maxHeaders) return undefined;
  const found = `found ${headers} headers, limit is ${limits.maxHeaders}`;
  return createFault("RESOURCE_EXHAUSTED", "metadata", found);
}

/** What is wrong with the length of a metadata block; undefined when nothing is. */
export function findBlockFault(
  bytes: number,
  limits: RpcMetadataLimits,
): RpcError | undefined {
  if (bytes <= limits.maxMetadataBytes) return undefined;
  return exhausted("metadata", bytes, limits.maxMetadataBytes);
}

function measureNew(metadata: RpcMetadata, limits: RpcMetadataLimits): number {
  check(findCountFault(metadata.size, limits));
  let bytes = varintLength(metadata.size);
  let isText = true;
  for (const [name, value] of metadataEntries(metadata)) {
    if (isReservedMetadataName(name)) {
      check(invalid(`header "${printable(name)}"`, "the name is reserved"));
    }
    check(findNameFault(name, limits));
    check(findValueFault(name, value, limits));
    bytes += chunkLength(name.length) + chunkLength(value.length);
    isText &&= typeof value === "string";
  }
  check(findBlockFault(bytes, limits));
  if (isText) setMeasure(metadata, { bytes, limits });
  return bytes;
}

function findTextFault(name: string, value: string): RpcError | undefined {
  const wrong = value.search(WRONG_IN_TEXT);
  if (wrong >= 0) {
    // Which one is left out: the text goes to the peer, and values are nobody else's business.
    return invalid(`header "${name}"`, `the character at ${wrong} is not printable ASCII`);
  }
  if (value.startsWith(" ") || value.endsWith(" ")) {
    return invalid(`header "${name}"`, "the value begins or ends with a space");
  }
  return undefined;
}

function invalid(what: string, why: string): RpcError {
  return createFault("INVALID_ARGUMENT", what, why);
}

function exhausted(what: string, bytes: number, limit: number): RpcError {
  return createFault("RESOURCE_EXHAUSTED", what, `found ${bytes} bytes, limit is ${limit} bytes`);
}

function createFault(
  code: "INVALID_ARGUMENT" | "RESOURCE_EXHAUSTED",
  what: string,
  why: string,
): RpcError {
  return new RpcError(RpcStatus[code], `Cannot use ${what}: ${why}`, { maybeExecuted: false });
}

function check(fault: RpcError | undefined): void {
  if (fault !== undefined) throw fault;
}

function unitAt(text: string, index: number): string {
  if (index >= text.length) return "nothing";
  const hex = text.charCodeAt(index).toString(16).toUpperCase().padStart(4, "0");
  return `U+${hex} at ${index}`;
}

/** A name that may hold anything, for an error message. */
function printable(name: string): string {
  return name.slice(0, 128).replace(/[^\x20-\x7e]/g, "?");
}
