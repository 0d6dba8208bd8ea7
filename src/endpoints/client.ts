import type { RpcClient } from "../contracts/client.ts";
import type { RpcCallOptions } from "../contracts/call_options.ts";
import type { RpcContract, RpcContractMethod } from "../contracts/contract.ts";
import type { CallerCore } from "./caller_core.ts";

/** Makes the functions that call the methods of a contract. */
export function createClient<Contract extends RpcContract>(
  core: CallerCore,
  contract: Contract,
): RpcClient<Contract> {
  const client: Record<string, unknown> = Object.create(null);
  for (const method of Object.values(contract.methods)) {
    client[method.name] = createFunction(core, method);
  }
  // The loop gave each method of the contract the function of its shape.
  return Object.freeze(client) as RpcClient<Contract>;
}

function createFunction(core: CallerCore, method: RpcContractMethod): unknown {
  return method.shape === "unary" || method.shape === "clientStream"
    ? (request: unknown, options?: RpcCallOptions) => core.callOne(method, request, options)
    : (request: unknown, options?: RpcCallOptions) => core.callMany(method, request, options);
}
