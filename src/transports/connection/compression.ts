import { keepBytes } from "../../internal/bytes.ts";
import { RpcError } from "../../protocol/rpc_error.ts";
import { RpcStatus } from "../../protocol/status.ts";
import { RpcCompressedMessage } from "../compressed_message.ts";
import type { RpcCompressionOptions, RpcConnectionCompression } from "../compression.ts";
import { GzipRun } from "./gzip_run.ts";
import { type Work, WorkSlots } from "./work_slots.ts";

/** The one compression that we know: the others of the platforms do not notice every missing byte. */
const GZIP = "gzip";
/** So many messages are compressed at once on a connection, and so many inflated. */
const MAX_RUNS = 4;

/** Compression on one connection: what was agreed on, and what is under way. */
export class Compression implements RpcConnectionCompression {
  /** What is announced to the peer. */
  readonly names: readonly string[] = [GZIP];
  readonly #minBytes: number;
  readonly #options: RpcCompressionOptions;
  readonly #deflations = new WorkSlots(MAX_RUNS);
  readonly #inflations = new WorkSlots(MAX_RUNS);
  #isAgreed = false;

  constructor(minBytes: number, options: RpcCompressionOptions) {
    this.#minBytes = minBytes;
    this.#options = options;
  }

  /** Whether the peer has announced the same. */
  get isAgreed(): boolean {
    return this.#isAgreed;
  }

  /** Messages that are being compressed or inflated, or wait for it. */
  get running(): number {
    return this.#deflations.size + this.#inflations.size;
  }

  /** Takes over what the peer announced. */
  setPeer(names: readonly string[]): void {
    this.#isAgreed = names.some((name) => name.toLowerCase() === GZIP);
  }

  /** Whether a message is to be compressed before it is sent. */
  wants(message: Uint8Array): boolean {
    return this.#isAgreed && message.length >= this.#minBytes;
  }

  /** Compresses a message; undefined comes of it when that makes it no smaller, or it was dropped. */
  deflate(message: Uint8Array): Work<Uint8Array | undefined> {
    const maxBytes = message.length - 1;
    const { clock } = this.#options;
    const run = new GzipRun({ direction: "deflate", maxBytes, clock });
    return this.#deflations.start({
      // What cannot be compressed can be sent all the same.
      run: () => run.run(message).catch(() => undefined),
      stop: () => run.stop(),
    });
  }

  /** Makes of the bytes that came what is inflated when it is read. */
  receive(bytes: Uint8Array): RpcCompressedMessage {
    return new GzipMessage(keepBytes(bytes), (compressed) => this.#inflate(compressed));
  }

  #inflate(compressed: Uint8Array): Work<Uint8Array> {
    const { clock, limits: { maxMessageBytes } } = this.#options;
    const run = new GzipRun({ direction: "inflate", maxBytes: maxMessageBytes, clock });
    let isDropped = false;
    return this.#inflations.start({
      run: async () => {
        const message = await run.run(compressed).catch((cause: unknown) => {
          throw corruptFault(cause);
        });
        if (isDropped) throw droppedFault();
        if (message === undefined) throw inflatedFault(maxMessageBytes);
        if (message.length !== declaredBytes(compressed)) throw corruptFault(undefined);
        return message;
      },
      stop: (): void => {
        isDropped = true;
        run.stop();
      },
    });
  }
}

class GzipMessage extends RpcCompressedMessage {
  readonly wireBytes: number;
  readonly #start: (compressed: Uint8Array) => Work<Uint8Array>;
  #compressed: Uint8Array | undefined;
  #work: Work<Uint8Array> | undefined;

  constructor(compressed: Uint8Array, start: (compressed: Uint8Array) => Work<Uint8Array>) {
    super();
    this.wireBytes = compressed.length;
    this.#compressed = compressed;
    this.#start = start;
  }

  inflate(): Promise<Uint8Array> {
    const compressed = this.#compressed;
    this.#compressed = undefined;
    if (compressed === undefined) return Promise.reject(droppedFault());
    const work = this.#start(compressed);
    this.#work = work;
    return work.promise.finally(() => this.#work = undefined);
  }

  drop(): void {
    this.#compressed = undefined;
    this.#work?.drop();
  }
}

/** What the last four bytes say: without a look at them some platforms take more than one member. */
function declaredBytes(compressed: Uint8Array): number {
  const { buffer, byteOffset, length } = compressed;
  return new DataView(buffer, byteOffset, length).getUint32(length - 4, true);
}

function droppedFault(): RpcError {
  return new RpcError(RpcStatus.CANCELLED, "Message was taken or dropped already");
}

function corruptFault(cause: unknown): RpcError {
  return new RpcError(RpcStatus.INTERNAL, "Cannot inflate message: it is not one piece of gzip", {
    cause,
  });
}

function inflatedFault(maxMessageBytes: number): RpcError {
  return new RpcError(
    RpcStatus.RESOURCE_EXHAUSTED,
    `Received message larger than max (more than ${maxMessageBytes} bytes when inflated)`,
  );
}
