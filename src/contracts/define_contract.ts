import type { RpcCodec } from "../codecs/codec.ts";
import { checkServiceName } from "../protocol/method_path.ts";
import type { RpcContract, RpcContractMethod, RpcMethods } from "./contract.ts";
import { createContractMethod } from "./create_contract_method.ts";
import { checkCodec, isMethod } from "./create_method.ts";

/** Settings of a contract. */
export interface RpcContractOptions {
  /** Codec of the methods that have none of their own; that of the endpoint unless given. */
  readonly codec?: RpcCodec;
}

/**
 * Defines a contract: checks all of it, then freezes it.
 *
 * @typeParam Name Name of the service
 * @typeParam Methods Its methods
 * @param name Name of the service: letters, digits, `_`, `.` and `-`, for example `chat.v2.Chat`
 * @param methods The methods by name: letters, digits, `_` and `-`; not `then` and `__proto__`, upon
 *   which JavaScript itself acts
 * @param options A codec for all methods
 * @returns The contract, frozen but for schemas and codecs
 * @throws {TypeError} When a name is not a name that the wire can carry, or a method was not made by
 *   {@linkcode unary}, {@linkcode serverStream}, {@linkcode clientStream} or
 *   {@linkcode bidirectional}
 *
 * @example Define a chat
 * ```ts
 * import { defineContract, serverStream, unary } from "@rpc-ts/websocket/contracts";
 *
 * const Chat = defineContract("Chat", {
 *   send: unary<{ text: string }, { id: number }>(),
 *   joinRoom: serverStream<{ room: string }, { text: string }>(),
 * });
 *
 * if (Chat.methods.joinRoom.path !== "/Chat/joinRoom") throw new Error("unexpected path");
 * ```
 */
export function defineContract<Name extends string, Methods extends RpcMethods>(
  name: Name,
  methods: Methods,
  options: RpcContractOptions = {},
): RpcContract<Name, Methods> {
  checkServiceName(name);
  checkMethods(name, methods);
  const codec = checkCodec("contract: codec", options.codec);
  const named: Record<string, RpcContractMethod> = Object.create(null);
  for (const [key, method] of Object.entries(methods)) {
    named[key] = createContractMethod({ service: name, name: key }, method, { codec });
  }
  Object.freeze(named);
  // The loop gave each key of `methods` its method together with an address.
  return Object.freeze({ name, methods: named as RpcContract<Name, Methods>["methods"] });
}

function checkMethods(name: string, methods: RpcMethods): void {
  if (typeof methods !== "object" || methods === null || Array.isArray(methods)) {
    throw new TypeError(
      `Cannot define contract "${name}": methods are not an object, expected methods by name`,
    );
  }
  // `{ __proto__: unary() }` names no method: it replaces the prototype of the literal.
  if (isMethod(Object.getPrototypeOf(methods))) {
    throw new TypeError(
      `Cannot define contract "${name}": found method name "__proto__", expected another name`,
    );
  }
}
