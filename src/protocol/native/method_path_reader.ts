import { readUtf8 } from "../../internal/utf8.ts";
import type { RpcLimits } from "../limits.ts";
import { isMethodPath } from "../method_path.ts";
import { RpcError } from "../rpc_error.ts";
import { RpcStatus } from "../status.ts";
import { MAX_NUMBERED_PATHS } from "./constants.ts";
import type { FrameReader } from "./frame_reader.ts";

/** The error of a call whose path breaks the grammar, on either side. */
export function createPathError(limits: RpcLimits): RpcError {
  return new RpcError(
    RpcStatus.INVALID_ARGUMENT,
    `Cannot open call: path is not /service/method of at most ${limits.maxPathBytes} bytes`,
    { maybeExecuted: false },
  );
}

/** Reads the methods of the calls that a peer opens; the same path is always the same string. */
export class MethodPathReader {
  readonly #limits: RpcLimits;
  readonly #paths: string[] = [];

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
    const { maxPathBytes } = this.#limits;
    const text = reader.position - start > maxPathBytes
      ? ""
      : readUtf8(reader.bytes, start, reader.position);
    const path = isMethodPath(text, maxPathBytes) ? text : "";
    if (this.#paths.length < MAX_NUMBERED_PATHS) this.#paths.push(path);
    return path;
  }

  /**
   * Reads the number of a path.
   *
   * @throws {FrameError} When no path has the number
   */
  readNumber(reader: FrameReader): string {
    const number = reader.varint("method number");
    const path = this.#paths[number - 1];
    if (path !== undefined) return path;
    throw reader.wrong(`method number is ${number}, known are ${this.#paths.length}`);
  }
}
