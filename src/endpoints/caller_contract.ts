import type { RpcClient } from "../contracts/client.ts";
import type { RpcContract } from "../contracts/contract.ts";

/** An endpoint that can call: a caller, or a peer. */
export interface RpcCallingEndpoint {
  /** The functions that call the methods of a contract. */
  client<Contract extends RpcContract>(contract: Contract): RpcClient<Contract>;
}

/**
 * A contract as its caller sees it, in the style of a class: extend it to give a service methods of
 * one's own on top of its calls.
 *
 * @typeParam Contract The contract that is called
 *
 * @example Hide a call behind a method
 * ```ts
 * import { defineContract, unary } from "@rpc-ts/websocket/contracts";
 * import { RpcCallerContract, type RpcCallingEndpoint } from "@rpc-ts/websocket/endpoints";
 *
 * const Users = defineContract("Users", { find: unary<{ id: string }, { name: string }>() });
 *
 * class UsersCaller extends RpcCallerContract<typeof Users> {
 *   constructor(endpoint: RpcCallingEndpoint) {
 *     super(Users, endpoint);
 *   }
 *
 *   async nameOf(id: string): Promise<string> {
 *     return (await this.methods.find({ id }, { timeoutMs: 500 })).name;
 *   }
 * }
 *
 * if (UsersCaller.name !== "UsersCaller") throw new Error("unexpected name");
 * ```
 */
export abstract class RpcCallerContract<Contract extends RpcContract = RpcContract> {
  /** The contract that is called. */
  readonly contract: Contract;
  /** The functions that call its methods. */
  protected readonly methods: RpcClient<Contract>;

  /**
   * Takes the contract and the endpoint that calls it.
   *
   * @param contract What the other end serves
   * @param endpoint A caller or a peer
   */
  constructor(contract: Contract, endpoint: RpcCallingEndpoint) {
    this.contract = contract;
    this.methods = endpoint.client(contract);
  }
}
