/**
 * A number that CBOR is to carry as a double even when it is integral.
 *
 * A JavaScript number does not tell 1 from 1.0, but a peer in Dart does: it reads an `int` where a
 * `double` was meant, and its cast fails. Decoding returns plain numbers.
 *
 * @example A price
 * ```ts
 * import { cborCodec, CborDouble } from "@rpc-ts/websocket/codecs";
 *
 * const bytes = cborCodec().encode({ price: new CborDouble(20) });
 * if (bytes.length !== 16) throw new Error("the price was not sent as a double");
 * ```
 */
export class CborDouble {
  /** The number. */
  readonly value: number;

  /**
   * Wraps a number.
   *
   * @param value The number
   * @throws {TypeError} When `value` is no number
   */
  constructor(value: number) {
    if (typeof value !== "number") {
      throw new TypeError(`Cannot create CborDouble: found ${typeof value}, expected a number`);
    }
    this.value = value;
  }
}
