import type { RpcCodec } from "../codecs/codec.ts";
import type { RpcMethod } from "./method.ts";

/** Methods by name, as {@linkcode defineContract} takes them. */
export type RpcMethods = Readonly<Record<string, RpcMethod>>;

/** Where a method is found. */
export interface RpcMethodAddress {
  /** Name of the contract that it belongs to. */
  readonly service: string;
  /** Name of the method. */
  readonly name: string;
  /** Path on the wire, for example `/Chat/send`. */
  readonly path: string;
}

/** What a method takes over from its contract. */
export interface RpcMethodDefaults {
  /** Codec where neither the method, nor the contract, nor the endpoint was given one. */
  readonly defaultCodec: RpcCodec;
}

/** A method that belongs to a contract. */
export type RpcContractMethod<Method extends RpcMethod = RpcMethod> =
  & Method
  & RpcMethodAddress
  & RpcMethodDefaults;

/**
 * A named service with its methods, from which clients and handlers are inferred. Frozen data, made
 * by {@linkcode defineContract}.
 *
 * @typeParam Name Name of the service
 * @typeParam Methods Its methods
 */
export interface RpcContract<
  Name extends string = string,
  Methods extends RpcMethods = RpcMethods,
> {
  /** Name of the service. */
  readonly name: Name;
  /** The methods by name. The object has no prototype, so it holds methods and nothing else. */
  readonly methods: { readonly [Key in keyof Methods]: RpcContractMethod<Methods[Key]> };
}
