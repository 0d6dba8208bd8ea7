/** A value of a header: text, or bytes where the name ends in `-bin`. */
export type RpcMetadataValue = string | Uint8Array;

/** What {@linkcode RpcMetadata.from} accepts. */
export type RpcMetadataInit =
  | RpcMetadata
  | Iterable<RpcMetadataEntry>
  | Readonly<Record<string, RpcMetadataValue | readonly RpcMetadataValue[]>>;

/** A name in lower case, and its value. */
export type RpcMetadataEntry = readonly [string, RpcMetadataValue];

/**
 * What is remembered of metadata that was found right. Not of bytes: who reads a header may give its
 * memory away, and then they are none.
 */
export interface MetadataMeasure {
  /** Length as a metadata block (PROTOCOL.md, "Metadata blocks"). */
  readonly bytes: number;
  /** The limits that it was held to. */
  readonly limits: object;
}

// Doors to the inside of metadata, for this folder: its static block sets them.

/** Makes metadata of entries whose names are in lower case; the array is kept. */
export let createMetadata: (entries: readonly RpcMetadataEntry[]) => RpcMetadata;
/** The entries of metadata, without the cost of its iterator. */
export let metadataEntries: (metadata: RpcMetadata) => readonly RpcMetadataEntry[];
/** What was remembered of metadata that has been checked before; undefined when it has not. */
export let getMeasure: (metadata: RpcMetadata) => MetadataMeasure | undefined;
/** Remembers that metadata has been checked. */
export let setMeasure: (metadata: RpcMetadata, measure: MetadataMeasure) => void;

/**
 * Headers or trailers of a call: an ordered, immutable list of names and values.
 *
 * Names are lower case and may repeat. A name that ends in `-bin` has bytes as its value, any other
 * printable ASCII text. Bytes are copied, so that they stay what they were; those that are read are
 * not, and not to be changed. Nothing is checked here but the type of a value: the rules are applied
 * when metadata is sent, and the error names the header.
 *
 * @example Read a header
 * ```ts
 * import { RpcMetadata } from "@rpc-ts/websocket";
 *
 * const metadata = RpcMetadata.from({ "x-tenant": "acme" }).with("x-tag", "a").with("x-tag", "b");
 * if (metadata.get("x-tenant") !== "acme") throw new Error("unexpected value");
 * if (metadata.getAll("x-tag").join() !== "a,b") throw new Error("unexpected values");
 * ```
 */
export class RpcMetadata implements Iterable<RpcMetadataEntry> {
  /** No headers at all. */
  static readonly empty: RpcMetadata = new RpcMetadata([]);

  static {
    createMetadata = (entries) =>
      entries.length === 0 ? RpcMetadata.empty : new RpcMetadata(entries);
    metadataEntries = (metadata) => metadata.#entries;
    getMeasure = (metadata) => metadata.#measure;
    setMeasure = (metadata, measure) => {
      metadata.#measure = measure;
    };
  }

  readonly #entries: readonly RpcMetadataEntry[];
  #measure: MetadataMeasure | undefined = undefined;

  private constructor(entries: readonly RpcMetadataEntry[]) {
    this.#entries = entries;
  }

  /**
   * Makes metadata of a plain object, of pairs, or of other metadata.
   *
   * @param init What to copy; nothing gives {@linkcode RpcMetadata.empty}
   * @returns The metadata, names in lower case, order kept
   * @throws {TypeError} When a name is not a string, or a value neither a string nor bytes
   */
  static from(init?: RpcMetadataInit): RpcMetadata {
    if (init === undefined) return RpcMetadata.empty;
    if (init instanceof RpcMetadata) return init;
    const entries: RpcMetadataEntry[] = [];
    if (Symbol.iterator in init) {
      for (const [name, value] of init) entries.push(toEntry(name, value));
    } else {
      for (const [name, value] of Object.entries(init)) {
        const values = Array.isArray(value) ? value : [value];
        for (const one of values) entries.push(toEntry(name, one));
      }
    }
    return createMetadata(entries);
  }

  /** Number of headers, each repetition counted. */
  get size(): number {
    return this.#entries.length;
  }

  /** Whether a header of this name is there. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** The first text value of this name; undefined without one, or when it is bytes. */
  get(name: string): string | undefined {
    const value = this.#find(name);
    return typeof value === "string" ? value : undefined;
  }

  /** The first bytes of this name; undefined without one, or when it is text. */
  getBytes(name: string): Uint8Array | undefined {
    const value = this.#find(name);
    return typeof value === "string" ? undefined : value;
  }

  /** All values of this name, in order. */
  getAll(name: string): readonly RpcMetadataValue[] {
    const wanted = name.toLowerCase();
    const values: RpcMetadataValue[] = [];
    for (const [key, value] of this.#entries) {
      if (key === wanted) values.push(value);
    }
    return values;
  }

  /** The same metadata with one more header at its end. */
  with(name: string, value: RpcMetadataValue): RpcMetadata {
    return new RpcMetadata([...this.#entries, toEntry(name, value)]);
  }

  /** The same metadata without the headers of this name. */
  without(name: string): RpcMetadata {
    const wanted = name.toLowerCase();
    return createMetadata(this.#entries.filter(([key]) => key !== wanted));
  }

  /** Names and values, in order. */
  [Symbol.iterator](): Iterator<RpcMetadataEntry> {
    return this.#entries[Symbol.iterator]();
  }

  #find(name: string): RpcMetadataValue | undefined {
    const wanted = name.toLowerCase();
    for (const [key, value] of this.#entries) {
      if (key === wanted) return value;
    }
    return undefined;
  }
}

function toEntry(name: unknown, value: unknown): RpcMetadataEntry {
  if (typeof name !== "string") {
    throw new TypeError(`Cannot make metadata: a name is ${typeof name}, expected a string`);
  }
  if (typeof value !== "string" && !(value instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot make metadata: value of "${name}" is ${typeof value}, expected a string or bytes`,
    );
  }
  // A copy, and a plain one: a subclass may share memory when it slices.
  return [name.toLowerCase(), typeof value === "string" ? value : new Uint8Array(value)];
}
