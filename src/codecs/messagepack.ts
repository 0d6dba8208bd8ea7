import type { RpcCodec } from "./codec.ts";
import { decodeMessagePack } from "./messagepack/decoder.ts";
import { createMessagePackEncoder } from "./messagepack/encoder.ts";
import { checkMaxDepth } from "./support/max_depth.ts";
import { withOwnMemory } from "./support/own_memory.ts";
import { sendableBytes } from "./support/plain_bytes.ts";

const DEFAULT_MAX_DEPTH = 128;

/** A MessagePack implementation: two functions, as `@std/msgpack` and others export them. */
export interface MessagePackFunctions {
  /** Encodes one value into bytes that it will not write again. */
  encode(value: unknown): Uint8Array;
  /** Decodes exactly one value. */
  decode(bytes: Uint8Array): unknown;
}

/** Options of {@linkcode messagePackCodec}. */
export interface MessagePackCodecOptions extends Partial<MessagePackFunctions> {
  /**
   * How many maps, arrays and the like may be nested in each other, both when encoding and when
   * decoding. An integer from 1 to 1024, 128 by default. Has no effect with functions of one's own.
   */
  readonly maxDepth?: number;
}

/**
 * The default codec: MessagePack, compact and fast, in an implementation of our own.
 *
 * Beside the data of JSON it carries bytes, every typed array, `Date`, `bigint`, `Map`, `Set`, `-0`,
 * `NaN`, infinities and `undefined` exactly. Properties that are `undefined` are left out; objects with
 * `toJSON` are encoded as what that returns; anything else is a `TypeError` that names the path of
 * the value. The whole table is in the documentation of this module's folder, `codecs`.
 *
 * Decoded bytes are a view of the message when they are at least half of its memory, otherwise a
 * copy. Bytes that are cut off, left over or malformed are a `SyntaxError` with the position, and a
 * count beyond the end of the message is refused before memory is allocated for it.
 *
 * @typeParam T The values that the codec accepts and returns; they are not checked
 * @param options Another implementation, or a limit
 * @returns The codec; without options, one and the same for all
 * @throws {TypeError} When only one of `encode` and `decode` is given
 * @throws {RangeError} When `maxDepth` is out of range
 *
 * @example Encode and decode
 * ```ts
 * import { messagePackCodec } from "@rpc-ts/websocket/codecs";
 *
 * const codec = messagePackCodec<{ at: Date; ids: Set<bigint> }>();
 * const value = codec.decode(codec.encode({ at: new Date(0), ids: new Set([1n]) }));
 * if (value.at.getTime() !== 0 || !value.ids.has(1n)) throw new Error("the value was changed");
 * ```
 *
 * @example Use another implementation
 * ```ts
 * import { messagePackCodec } from "@rpc-ts/websocket/codecs";
 *
 * // In earnest: import * as msgpack from "@std/msgpack";
 * const msgpack = {
 *   encode: (_value: unknown) => new Uint8Array([0xc0]),
 *   decode: (_bytes: Uint8Array) => null,
 * };
 * const codec = messagePackCodec(msgpack);
 * if (codec.decode(codec.encode(null)) !== null) throw new Error("the value was changed");
 * ```
 */
export function messagePackCodec<T = unknown>(options: MessagePackCodecOptions = {}): RpcCodec<T> {
  // A codec takes whatever its caller calls T; the caller vouches for what the peer sends.
  return codecFor(options) as RpcCodec<T>;
}

function codecFor(options: MessagePackCodecOptions): RpcCodec {
  if (isFunctions(options)) return foreignCodec(options);
  const { maxDepth = DEFAULT_MAX_DEPTH } = options;
  return maxDepth === DEFAULT_MAX_DEPTH ? defaultCodec : ownCodec(checkMaxDepth(maxDepth));
}

function isFunctions(options: MessagePackCodecOptions): options is MessagePackFunctions {
  if (options.encode === undefined && options.decode === undefined) return false;
  if (typeof options.encode === "function" && typeof options.decode === "function") return true;
  throw new TypeError(
    `Cannot create codec: found encode ${typeof options.encode} and decode ${typeof options
      .decode}, expected two functions`,
  );
}

function ownCodec(maxDepth: number): RpcCodec {
  const encoder = createMessagePackEncoder(maxDepth);
  const codec = {
    name: "messagepack",
    encode: (value: unknown): Uint8Array<ArrayBuffer> => encoder.encode(value),
    decode: (bytes: Uint8Array): unknown => decodeMessagePack(bytes, maxDepth),
  };
  return withOwnMemory(codec, encoder);
}

const defaultCodec: RpcCodec = /* @__PURE__ */ ownCodec(DEFAULT_MAX_DEPTH);

function foreignCodec(functions: MessagePackFunctions): RpcCodec {
  return {
    name: "messagepack",
    encode(value: unknown): Uint8Array<ArrayBuffer> {
      let bytes: unknown;
      try {
        bytes = functions.encode(value);
      } catch (cause) {
        if (cause instanceof TypeError) throw cause;
        throw new TypeError("Cannot encode value as MessagePack: the given function failed", {
          cause,
        });
      }
      if (bytes instanceof Uint8Array) return sendableBytes(bytes);
      throw new TypeError(
        `Cannot encode value as MessagePack: the given function returned ${typeof bytes}, expected a Uint8Array`,
      );
    },
    decode(bytes: Uint8Array): unknown {
      try {
        return functions.decode(bytes);
      } catch (cause) {
        if (cause instanceof TypeError || cause instanceof RangeError) throw cause;
        if (cause instanceof SyntaxError) throw cause;
        throw new SyntaxError("Cannot decode MessagePack: the given function failed", { cause });
      }
    },
  };
}
