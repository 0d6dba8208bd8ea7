import { DEFAULT_LIMITS } from "./limits.ts";

/** The two names in the path of a method. */
export interface RpcMethodPath {
  /** Name of the service, for example `acme.Chat`. */
  readonly service: string;
  /** Name of the method, for example `joinRoom`. */
  readonly method: string;
}

const SERVICE = /^[A-Za-z0-9_.-]+$/;
const METHOD = /^[A-Za-z0-9_-]+$/;
const PATH = /^\/([A-Za-z0-9_.-]+)\/([A-Za-z0-9_-]+)$/;

/**
 * Checks the name of a service, so that what can be registered can be called.
 *
 * @param service Name to check: ASCII letters, digits, `_`, `.` and `-`
 * @throws {TypeError} When the name cannot be part of a path
 *
 * @example Refuse a name with a slash
 * ```ts
 * import { checkServiceName } from "@rpc-ts/websocket/protocol";
 *
 * checkServiceName("acme.Chat.v2");
 * let isRefused = false;
 * try {
 *   checkServiceName("acme/Chat");
 * } catch {
 *   isRefused = true;
 * }
 * if (!isRefused) throw new Error("the name was accepted");
 * ```
 */
export function checkServiceName(service: string): void {
  if (!SERVICE.test(service)) throw nameError("service", service, "_ . -");
  // A path has two slashes and a method of at least one character beside the service.
  checkPathLength(service.length + 3);
}

/**
 * Checks the name of a method; it has no dots, which a service may have.
 *
 * @param method Name to check: ASCII letters, digits, `_` and `-`
 * @throws {TypeError} When the name cannot be part of a path
 *
 * @example Refuse a name with a dot
 * ```ts
 * import { checkMethodName } from "@rpc-ts/websocket/protocol";
 *
 * checkMethodName("joinRoom");
 * let isRefused = false;
 * try {
 *   checkMethodName("room.join");
 * } catch {
 *   isRefused = true;
 * }
 * if (!isRefused) throw new Error("the name was accepted");
 * ```
 */
export function checkMethodName(method: string): void {
  if (!METHOD.test(method)) throw nameError("method", method, "_ -");
  checkPathLength(method.length + 3);
}

/**
 * Makes the path of a method.
 *
 * @param service Name of the service
 * @param method Name of the method
 * @returns `/service/method`
 * @throws {TypeError} When a name, or the whole, cannot be sent
 *
 * @example Name a method
 * ```ts
 * import { formatMethodPath } from "@rpc-ts/websocket/protocol";
 *
 * if (formatMethodPath("acme.Chat", "send") !== "/acme.Chat/send") throw new Error("unexpected");
 * ```
 */
export function formatMethodPath(service: string, method: string): string {
  checkServiceName(service);
  checkMethodName(method);
  const path = `/${service}/${method}`;
  checkPathLength(path.length);
  return path;
}

/**
 * Splits a path into its names; caller and server use this same grammar.
 *
 * @param path A path of any origin
 * @param maxPathBytes Longest path; 1024 unless given
 * @returns The names, or undefined when this is not the path of a method
 *
 * @example Find the method
 * ```ts
 * import { parseMethodPath } from "@rpc-ts/websocket/protocol";
 *
 * if (parseMethodPath("/acme.Chat/send")?.method !== "send") throw new Error("unexpected");
 * if (parseMethodPath("/acme.Chat/send/now") !== undefined) throw new Error("unexpected");
 * ```
 */
export function parseMethodPath(
  path: string,
  maxPathBytes: number = DEFAULT_LIMITS.maxPathBytes,
): RpcMethodPath | undefined {
  if (path.length > maxPathBytes) return undefined;
  const names = PATH.exec(path);
  const service = names?.[1];
  const method = names?.[2];
  return service === undefined || method === undefined ? undefined : { service, method };
}

/**
 * Whether a path can be sent and called.
 *
 * @param path A path of any origin
 * @param maxPathBytes Longest path; 1024 unless given
 * @returns True for `/service/method` within the length
 *
 * @example Check a path
 * ```ts
 * import { isMethodPath } from "@rpc-ts/websocket/protocol";
 *
 * if (!isMethodPath("/acme.Chat/send")) throw new Error("unexpected");
 * if (isMethodPath("acme.Chat/send")) throw new Error("unexpected");
 * ```
 */
export function isMethodPath(
  path: string,
  maxPathBytes: number = DEFAULT_LIMITS.maxPathBytes,
): boolean {
  return path.length <= maxPathBytes && PATH.test(path);
}

function checkPathLength(bytes: number): void {
  if (bytes <= DEFAULT_LIMITS.maxPathBytes) return;
  throw new TypeError(
    `Cannot name method: path is ${bytes} bytes or more, limit is ${DEFAULT_LIMITS.maxPathBytes} bytes`,
  );
}

function nameError(what: string, name: string, signs: string): TypeError {
  return new TypeError(
    `Cannot name ${what}: found "${name}", expected ASCII letters, digits and ${signs}`,
  );
}
