import type { RpcCodec } from "../codecs/codec.ts";
import { messagePackCodec } from "../codecs/messagepack.ts";
import { checkServiceName } from "../protocol/method_path.ts";
import type { RpcContract, RpcContractMethod, RpcMethods } from "./contract.ts";
import { type ContractMethodOptions, createContractMethod } from "./create_contract_method.ts";
import { checkCodec, isMethod } from "./create_method.ts";

/** Settings of a contract. */
export interface RpcContractOptions {
  /** Codec of the methods that have none; that of the endpoint, or MessagePack, unless given. */
  readonly codec?: RpcCodec;
}

/** Settings of a contract that brings its codec. */
export interface RpcContractCodec {
  /** Codec of the methods that have none of their own. */
  readonly codec: RpcCodec;
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
  const codec = checkCodec("contract: codec", options.codec);
  return createContract(name, methods, { codec, defaultCodec: messagePackCodec() });
}

/**
 * Defines a contract like {@linkcode defineContract}, with a codec that must be given. A page whose
 * contracts are all made by this does not download MessagePack, which is 6 kB of it, gzipped.
 *
 * @typeParam Name Name of the service
 * @typeParam Methods Its methods
 * @param name Name of the service
 * @param methods The methods by name
 * @param options The codec of all methods that have none of their own, whatever the endpoint's is
 * @returns The contract, frozen but for schemas and codecs
 * @throws {TypeError} As {@linkcode defineContract}
 *
 * @example Speak JSON
 * ```ts
 * import { jsonCodec } from "@rpc-ts/websocket/codecs";
 * import { defineContractWith, unary } from "@rpc-ts/websocket/contracts";
 *
 * const Chat = defineContractWith("Chat", {
 *   send: unary<{ text: string }, { id: number }>(),
 * }, { codec: jsonCodec() });
 *
 * if (Chat.methods.send.requestCodec?.name !== "json") throw new Error("unexpected codec");
 * ```
 */
export function defineContractWith<Name extends string, Methods extends RpcMethods>(
  name: Name,
  methods: Methods,
  options: RpcContractCodec,
): RpcContract<Name, Methods> {
  const codec = checkCodec("contract: codec", options.codec);
  if (codec === undefined) {
    throw new TypeError(`Cannot define contract "${name}": found no codec, expected one`);
  }
  return createContract(name, methods, { codec, defaultCodec: codec });
}

function createContract<Name extends string, Methods extends RpcMethods>(
  name: Name,
  methods: Methods,
  codecs: ContractMethodOptions,
): RpcContract<Name, Methods> {
  checkServiceName(name);
  checkMethods(name, methods);
  const named: Record<string, RpcContractMethod> = Object.create(null);
  for (const [key, method] of Object.entries(methods)) {
    named[key] = createContractMethod({ service: name, name: key }, method, codecs);
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
