import type { ServedMethod } from "../calls/served_stream.ts";
import type { RpcHandlerContext } from "../calls/handler_context.ts";
import type { RpcContract } from "../contracts/contract.ts";
import type { RpcHandlers } from "../contracts/handler.ts";

/** The handlers of a contract: one function a method. */
export type RpcContractHandlers<Contract extends RpcContract> = RpcHandlers<
  Contract,
  RpcHandlerContext
>;

/**
 * A contract with what serves it, in the style of a class: each method of the contract is a method
 * of the class. {@linkcode implement} makes the same of an object.
 *
 * @typeParam Contract The contract that is served
 *
 * @example Serve a contract with a class
 * ```ts
 * import { defineContract, unary } from "@rpc-ts/websocket/contracts";
 * import { type RpcContractHandlers, RpcResponderContract } from "@rpc-ts/websocket/endpoints";
 *
 * const Counter = defineContract("Counter", { add: unary<number, number>() });
 *
 * class CounterResponder extends RpcResponderContract<typeof Counter>
 *   implements RpcContractHandlers<typeof Counter> {
 *   #total = 0;
 *
 *   constructor() {
 *     super(Counter);
 *   }
 *
 *   add(amount: number): number {
 *     return this.#total += amount;
 *   }
 * }
 *
 * if (new CounterResponder().contract.name !== "Counter") throw new Error("unexpected name");
 * ```
 */
export abstract class RpcResponderContract<Contract extends RpcContract = RpcContract> {
  /** The contract that is served. */
  readonly contract: Contract;

  /** Takes the contract; its methods are looked up when it is registered. */
  constructor(contract: Contract) {
    this.contract = contract;
  }

  /** Where the handlers are: this object, unless a subclass says otherwise. */
  protected get handlers(): object {
    return this;
  }

  /**
   * The methods with their handlers; for the endpoints of this package.
   *
   * @ignore
   * @throws {TypeError} When a method of the contract has no handler
   */
  getServedMethods(): ServedMethod[] {
    const { handlers } = this;
    return Object.values(this.contract.methods).map((method) => {
      const handler = findHandler(handlers, method.name);
      if (typeof handler === "function") {
        return { method, handler: (request, context) => handler.call(handlers, request, context) };
      }
      throw new TypeError(
        `Cannot serve "${method.path}": handler is ${typeof handler}, expected a function`,
      );
    });
  }
}

/** What an object has under this name, but for what every object has, as `toString`. */
function findHandler(handlers: object, name: string): unknown {
  const found: unknown = Reflect.get(handlers, name);
  return found === Reflect.get(Object.prototype, name) ? undefined : found;
}

class ImplementedContract<Contract extends RpcContract> extends RpcResponderContract<Contract> {
  readonly #handlers: RpcContractHandlers<Contract>;

  constructor(contract: Contract, handlers: RpcContractHandlers<Contract>) {
    super(contract);
    this.#handlers = handlers;
  }

  protected override get handlers(): object {
    return this.#handlers;
  }
}

/**
 * Implements a contract with one function a method.
 *
 * @typeParam Contract The contract
 * @param contract The contract
 * @param handlers A function for each of its methods; the types of requests, responses and context
 *   follow from the contract
 * @returns What an endpoint or a server registers
 * @throws {TypeError} When a method has no handler
 *
 * @example Implement two shapes
 * ```ts
 * import { defineContract, serverStream, unary } from "@rpc-ts/websocket/contracts";
 * import { implement } from "@rpc-ts/websocket/endpoints";
 *
 * const Clock = defineContract("Clock", {
 *   now: unary<null, number>(),
 *   ticks: serverStream<{ count: number }, number>(),
 * });
 *
 * const clock = implement(Clock, {
 *   now: () => Date.now(),
 *   async *ticks({ count }) {
 *     for (let tick = 0; tick < count; tick++) yield tick;
 *   },
 * });
 * if (clock.contract.name !== "Clock") throw new Error("unexpected name");
 * ```
 */
export function implement<Contract extends RpcContract>(
  contract: Contract,
  handlers: RpcContractHandlers<Contract>,
): RpcResponderContract<Contract> {
  const implemented = new ImplementedContract(contract, handlers);
  implemented.getServedMethods();
  return implemented;
}
