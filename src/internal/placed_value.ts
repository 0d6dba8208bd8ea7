/** What became of a value: how many bytes it has where it was to be, or its bytes, which had no room there. */
export type Placed = number | Uint8Array<ArrayBuffer>;

/** A value that is encoded where it will leave from, so that nobody copies it there. */
export interface PlacedValue {
  /**
   * Encodes the value.
   *
   * @param bytes Memory of somebody else
   * @param position Where its first byte goes; everything from there on may be written
   * @throws {unknown} When it cannot be encoded; what was written there has no meaning then
   */
  encodeInto(bytes: Uint8Array<ArrayBuffer>, position: number): Placed;
}
