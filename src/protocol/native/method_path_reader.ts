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
  /** By number, from 1; undefined before the first. */
  #paths: string[] | undefined;
  /** Lengths of the numbered paths that break the grammar, by number. */
  #wrongBytes: Map<number, number> | undefined;
  /** Length of the last path that broke the grammar. */
  wrongBytes = 0;

  constructor(limits: RpcLimits) {
    this.#limits = limits;
  }

  /**
   * Reads a path and gives it the next number, whatever becomes of the call.
   *
   * @returns The path; empty when it breaks the grammar
   */
  readPath(reader: FrameReader): string {
    const start = reader.chunk("path");
    const length = reader.position - start;
    const path = this.#check(reader, start);
    if (path === "") this.wrongBytes = length;
    const number = this.#giveNumber(path);
    if (path === "" && number !== undefined) {
      this.#wrongBytes ??= new Map();
      this.#wrongBytes.set(number, length);
    }
    return path;
  }

  /**
   * Reads the number of a path.
   *
   * @throws {FrameError} When no path has the number
   */
  readNumber(reader: FrameReader): string {
    const number = reader.varint("method number");
    const path = this.#paths?.[number - 1];
    if (path === "") this.wrongBytes = this.#wrongBytes?.get(number) ?? 0;
    if (path !== undefined) return path;
    throw reader.wrong(`method number is ${number}, known are ${this.#paths?.length ?? 0}`);
  }
  /** The number of a path; undefined when there are no more. */
  #giveNumber(path: string): number | undefined {
    // Most callers name one or two: an array that begins with one has little room for more.
    if (this.#paths === undefined) this.#paths = [path];
    else if (this.#paths.length < MAX_NUMBERED_PATHS) this.#paths.push(path);
    else return undefined;
    return this.#paths.length;
  }

  #check({ bytes, position }: FrameReader, start: number): string {
    const { maxPathBytes } = this.#limits;
    if (position - start > maxPathBytes) return "";
    const known = KNOWN.find(bytes, start, position);
    if (known !== undefined) return known;
    const path = readUtf8(bytes, start, position);
    if (!isMethodPath(path, maxPathBytes)) return "";
    KNOWN.keep(path);
    return path;
  }
}
