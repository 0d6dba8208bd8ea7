import type { RpcCodec } from "../codecs/codec.ts";
import { formatMethodPath } from "../protocol/method_path.ts";
import type { RpcContractMethod } from "./contract.ts";
import { describeValue, isMethod } from "./create_method.ts";
import type { RpcMethod } from "./method.ts";

/** What {@linkcode createContractMethod} adds to a method beside its address. */
export interface ContractMethodOptions {
  /** Codec where the method has none of its own. */
  readonly codec: RpcCodec | undefined;
  /** Codec where nothing else names one. */
  readonly defaultCodec: RpcCodec;
}

// Names that JavaScript itself acts upon: assigning to the first changes a prototype, and an object
// with the second passes for a promise wherever it is awaited.
const RESERVED_NAMES: ReadonlySet<string> = new Set(["__proto__", "then"]);

/**
 * Gives a method its address; the one place where a method's name is checked.
 *
 * @param address Names of the service and of the method
 * @param method The method
 * @param options Codecs of the contract
 * @returns The method with its address and codecs, frozen
 * @throws {TypeError} When a name is not one that the wire can carry, or `method` is not a method
 */
export function createContractMethod(
  address: { readonly service: string; readonly name: string },
  method: RpcMethod,
  options: ContractMethodOptions,
): RpcContractMethod {
  const { service, name } = address;
  const path = formatMethodPath(service, name);
  if (RESERVED_NAMES.has(name)) {
    throw new TypeError(
      `Cannot define contract "${service}": found method name "${name}", expected another name`,
    );
  }
  if (!isMethod(method)) {
    throw new TypeError(
      `Cannot define contract "${service}": method "${name}" is ${describeValue(method)}, ` +
        "expected what unary(), serverStream(), clientStream() or bidirectional() returns",
    );
  }
  return Object.freeze({
    ...method,
    requestCodec: method.requestCodec ?? options.codec,
    responseCodec: method.responseCodec ?? options.codec,
    defaultCodec: options.defaultCodec,
    service,
    name,
    path,
  });
}
