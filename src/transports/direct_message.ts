/**
 * A value that goes through a zero-copy transport as it is; the box tells a value of `undefined`
 * from no message at all.
 */
export class DirectMessage {
  /** The value; both sides hold the same one. */
  readonly value: unknown;

  /** Boxes a value. */
  constructor(value: unknown) {
    this.value = value;
  }
}
