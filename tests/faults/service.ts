/** What serves the fault tests, and counts. */
import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import { implement, type RpcResponderContract } from "../../src/endpoints/responder_contract.ts";
import { createDeferred, type Deferred } from "../../src/internal/deferred.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { type CallReport, Faults, UPLOAD_HOLD, UPLOAD_NAME, type UploadReply } from "./contract.ts";
import { createItem, createLarge, findLargeFault, ItemChecker } from "./items.ts";

class CallRecord implements CallReport {
  produced = 0;
  taken = 0;
  aborted: number | undefined;
  readonly gate: Deferred<void> = createDeferred();
  readonly ended: Deferred<void> = createDeferred();

  constructor({ signal }: RpcHandlerContext) {
    const note = (): void => {
      const { reason } = signal;
      this.aborted = reason instanceof RpcError ? reason.code : -1;
      this.ended.resolve();
    };
    if (signal.aborted) note();
    else signal.addEventListener("abort", note);
  }

  get report(): CallReport {
    const { produced, taken, aborted } = this;
    return { produced, taken, aborted };
  }
}

/** The handlers, and what became of their calls. */
export class FaultService {
  /** To be served. */
  readonly contract: RpcResponderContract;
  /** Handlers that have been entered and not left. */
  running = 0;
  readonly #calls: Map<string, CallRecord> = new Map();
  #large = new Uint8Array(0);

  constructor() {
    this.contract = implement(Faults, {
      flow: ({ name, items, bytes }, context) => this.#flow(name, context, { items, bytes }),
      upload: (items, context) => this.#upload(items, context),
      talk: (items, context) => this.#talk(items, context),
      echo: (bytes) => bytes,
      make: (bytes) => this.#make(bytes),
      check: findLargeFault,
      wait: (name, context) => this.#wait(name, context),
    });
  }

  /** What is known of every call, by name. */
  get calls(): Record<string, CallReport> {
    return Object.fromEntries([...this.#calls].map(([name, { report }]) => [name, report]));
  }

  /** Lets an upload that was to wait go on. */
  release(name: string): void {
    this.#calls.get(name)?.gate.resolve();
  }

  /** Large messages are made once: a handler that works keeps everybody waiting. */
  #make(bytes: number): Uint8Array {
    if (this.#large.length !== bytes) this.#large = createLarge(bytes);
    return this.#large;
  }

  #record(name: string, context: RpcHandlerContext): CallRecord {
    const record = new CallRecord(context);
    this.#calls.set(name, record);
    this.running++;
    return record;
  }

  async *#flow(
    name: string,
    context: RpcHandlerContext,
    { items, bytes }: { items: number; bytes: number },
  ): AsyncGenerator<Uint8Array> {
    const record = this.#record(name, context);
    try {
      while (record.produced < items) yield createItem(record.produced++, bytes);
    } finally {
      this.running--;
    }
  }

  async #upload(
    items: AsyncIterable<Uint8Array>,
    context: RpcHandlerContext,
  ): Promise<UploadReply> {
    const { metadata } = context;
    const record = this.#record(metadata.get(UPLOAD_NAME) ?? "", context);
    const checker = new ItemChecker();
    try {
      for await (const item of items) {
        checker.take(item);
        record.taken++;
        if (metadata.has(UPLOAD_HOLD)) {
          await Promise.race([record.gate.promise, record.ended.promise]);
        }
      }
    } finally {
      this.running--;
    }
    const { fault, bytes } = checker;
    return { items: checker.items, bytes, fault };
  }

  async *#talk(
    items: AsyncIterable<Uint8Array>,
    context: RpcHandlerContext,
  ): AsyncGenerator<Uint8Array> {
    const record = this.#record(context.metadata.get(UPLOAD_NAME) ?? "", context);
    try {
      for await (const item of items) {
        record.taken++;
        yield item;
      }
    } finally {
      this.running--;
    }
  }

  async #wait(name: string, context: RpcHandlerContext): Promise<null> {
    const record = this.#record(name, context);
    await record.ended.promise;
    this.running--;
    return null;
  }
}
