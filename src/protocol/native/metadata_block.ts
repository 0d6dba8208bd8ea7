import { type ByteWriter, chunkLength } from "../../internal/byte_writer.ts";
import { readUtf8 } from "../../internal/utf8.ts";
import {
  createMetadata,
  metadataEntries,
  RpcMetadata,
  type RpcMetadataEntry,
  type RpcMetadataValue,
} from "../metadata.ts";
import {
  findBlockFault,
  findCountFault,
  findNameFault,
  findValueFault,
  isBinaryName,
  measureMetadata,
  type RpcMetadataLimits,
} from "../metadata_rules.ts";
import { isReservedMetadataName } from "../reserved_names.ts";
import { RpcError } from "../rpc_error.ts";
import type { FrameReader } from "./frame_reader.ts";
import { TextCache } from "./text_cache.ts";

/**
 * Checks metadata and gives the length of its block, with the number before it.
 *
 * @throws {RpcError} When it may not be sent
 */
export function metadataBlockLength(metadata: RpcMetadata, limits: RpcMetadataLimits): number {
  return chunkLength(measureMetadata(metadata, limits));
}

/** Writes a metadata block that has been checked (PROTOCOL.md, "Metadata blocks"). */
export function writeMetadataBlock(
  metadata: RpcMetadata,
  limits: RpcMetadataLimits,
  out: ByteWriter,
): void {
  out.varint(measureMetadata(metadata, limits));
  out.varint(metadata.size);
  for (const [name, value] of metadataEntries(metadata)) {
    // Checked names and text values are ASCII: their length is their number of bytes.
    out.textChunk(name, name.length);
    if (typeof value === "string") out.textChunk(value, value.length);
    else out.chunk(value);
  }
}

/**
 * Reads the metadata blocks of one connection.
 *
 * Only a block whose lengths do not fit is an error of the framing. One that is well framed and
 * breaks the rules is skipped, and `takeFault` says why.
 */
export class MetadataBlockReader {
  readonly #limits: RpcMetadataLimits;
  readonly #names = new TextCache();
  readonly #values = new TextCache();
  #fault: RpcError | undefined = undefined;

  constructor(limits: RpcMetadataLimits) {
    this.#limits = limits;
  }

  /** Why a block since the last call was refused, the first reason of several. */
  takeFault(): RpcError | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }

  /**
   * Reads one block and moves past it.
   *
   * @returns The metadata, without the headers whose names are reserved; empty when the block was
   *   refused
   * @throws {FrameError} When the lengths do not fit
   */
  read(reader: FrameReader): RpcMetadata {
    const frameEnd = reader.end;
    const start = reader.chunk("metadata block");
    const blockEnd = reader.position;
    let fault = findBlockFault(blockEnd - start, this.#limits);
    let metadata = RpcMetadata.empty;
    if (fault === undefined) {
      reader.position = start;
      reader.end = blockEnd;
      const headers = reader.varint("number of headers");
      fault = findCountFault(headers, this.#limits);
      if (fault === undefined) {
        const entries: RpcMetadataEntry[] = [];
        fault = this.#readEntries(reader, headers, entries);
        if (fault === undefined) metadata = createMetadata(entries);
      }
    }
    this.#fault ??= fault;
    reader.position = blockEnd;
    reader.end = frameEnd;
    return metadata;
  }

  #readEntries(
    reader: FrameReader,
    headers: number,
    entries: RpcMetadataEntry[],
  ): RpcError | undefined {
    for (let count = 0; count < headers; count++) {
      const nameStart = reader.chunk("header name");
      const name = this.#readName(reader, nameStart);
      const valueStart = reader.chunk("header value");
      if (name === undefined) continue;
      if (name instanceof RpcError) return name;
      const value = this.#readValue(reader, valueStart, name);
      if (value instanceof RpcError) return value;
      entries.push([name, value]);
    }
    reader.finish("the headers");
    return undefined;
  }

  /** The name, why it is refused, or undefined when its header is dropped. */
  #readName(reader: FrameReader, start: number): string | RpcError | undefined {
    const known = this.#names.find(reader.bytes, start, reader.position);
    if (known !== undefined) return known;
    const name = readUtf8(reader.bytes, start, reader.position);
    if (isReservedMetadataName(name)) return undefined;
    const fault = findNameFault(name, this.#limits);
    if (fault === undefined) this.#names.keep(name);
    return fault ?? name;
  }

  #readValue(reader: FrameReader, start: number, name: string): RpcMetadataValue | RpcError {
    const { bytes, position } = reader;
    if (isBinaryName(name)) {
      const value = bytes.slice(start, position);
      return findValueFault(name, value, this.#limits) ?? value;
    }
    const known = this.#values.find(bytes, start, position);
    if (known !== undefined) return known;
    const value = readUtf8(bytes, start, position);
    const fault = findValueFault(name, value, this.#limits);
    if (fault === undefined) this.#values.keep(value);
    return fault ?? value;
  }
}
