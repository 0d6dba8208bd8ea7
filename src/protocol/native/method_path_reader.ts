import { readUtf8 } from "../../internal/utf8.ts";
import type { RpcLimits } from "../limits.ts";
import { isMethodPath } from "../method_path.ts";
import { RpcError } from "../rpc_error.ts";
import { RpcStatus } from "../status.ts";
import { MAX_NUMBERED_PATHS } from "./constants.ts";
import type { FrameReader } from "./frame_reader.ts";
import { TextCache } from "./text_cache.ts";

/** Paths that have been read on any connection: callers name the same few, and each is kept once. */
const KNOWN: TextCache = /* @__PURE__ */ new TextCache();

/** The error of a call whose path of so many bytes breaks the grammar, on either side. */
export function createPathError(limits: RpcLimits, bytes: number): RpcError {
  const { maxPathBytes } = limits;
  const why = bytes > maxPathBytes
    ? `path is ${bytes} bytes, limit is ${maxPathBytes} bytes`
    : `path is not /service/method of at most ${maxPathBytes} bytes`;
  return new RpcError(RpcStatus.INVALID_ARGUMENT, `Cannot open call: ${why}`, {
    maybeExecuted: false,
  });
}

/** Reads the methods of the calls that a peer opens; the same path is always the same string. */
export class MethodPathReader {
  readonly #limits: RpcLimits;
  /** The path with number 1, or the length of one that breaks the grammar: many name no other. */
  #first: string | number | undefined;
  /** The same of all, by number from 1; made for the second. */
  #paths: (string | number)[] | undefined;

  constructor(limits: RpcLimits) {
    this.#limits = limits;
  }

  /**
   * Reads a path and gives it the next number, whatever becomes of the call.
   *
   * @returns The path; its length when it breaks the grammar
   */
  readPath(reader: FrameReader): string | number {
    const path = this.#check(reader, reader.chunk("path"));
    if (this.#first === undefined) this.#first = path;
    else if (this.#known < MAX_NUMBERED_PATHS) (this.#paths ??= [this.#first]).push(path);
    return path;
  }

  /**
   * Reads the number of a path.
   *
   * @returns What reading the path returned
   * @throws {FrameError} When no path has the number
   */
  readNumber(reader: FrameReader): string | number {
    const number = reader.varint("method number");
    const path = number === 1 ? this.#first : this.#paths?.[number - 1];
    if (path !== undefined) return path;
    throw reader.wrong(`method number is ${number}, known are ${this.#known}`);
  }

  /** How many have a number. */
  get #known(): number {
    return this.#paths?.length ?? (this.#first === undefined ? 0 : 1);
  }

  #check({ bytes, position }: FrameReader, start: number): string | number {
    const { maxPathBytes } = this.#limits;
    const length = position - start;
    if (length > maxPathBytes) return length;
    const known = KNOWN.find(bytes, start, position);
    if (known !== undefined) return known;
    const path = readUtf8(bytes, start, position);
    if (!isMethodPath(path, maxPathBytes)) return length;
    KNOWN.keep(path);
    return path;
  }
}
