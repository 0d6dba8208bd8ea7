import { checkServiceName, formatMethodPath } from "../protocol/method_path.ts";
import type { RpcContract, RpcMethodAddress } from "./contract.ts";

/**
 * Checks contracts before any of them is registered: well-formed names, each service once.
 *
 * Nothing is registered here, so after an error the same call with better contracts succeeds.
 *
 * @param contracts The contracts to register together
 * @param registered What is registered already, asked by service name; nothing unless given
 * @throws {TypeError} When a service is there twice, or a name or path is not one that the wire can
 *   carry
 *
 * @example Refuse a service that is there twice
 * ```ts
 * import { checkContracts, defineContract, unary } from "@rpc-ts/websocket/contracts";
 *
 * const Users = defineContract("Users", { find: unary<string, string>() });
 *
 * checkContracts([Users]);
 * let message = "";
 * try {
 *   checkContracts([Users, Users]);
 * } catch (error) {
 *   message = String(error);
 * }
 * if (!message.includes('"Users"')) throw new Error("unexpected message");
 * ```
 */
export function checkContracts(
  contracts: Iterable<RpcContract>,
  registered: { has(service: string): boolean } = new Set(),
): void {
  const seen = new Set<string>();
  for (const { name, methods } of contracts) {
    checkServiceName(name);
    for (const [key, method] of Object.entries(methods)) checkPath(method, name, key);
    if (seen.has(name) || registered.has(name)) {
      throw new TypeError(
        `Cannot register contracts: service "${name}" is there twice, expected each service once`,
      );
    }
    seen.add(name);
  }
}

// A contract that was not made by `defineContract` may say one thing and do another.
function checkPath({ path }: RpcMethodAddress, service: string, name: string): void {
  const wanted = formatMethodPath(service, name);
  if (path === wanted) return;
  throw new TypeError(`Cannot register contracts: found path "${path}", expected "${wanted}"`);
}
