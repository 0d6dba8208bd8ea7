/** Remembers how the calls ended that clients ask about. */
import { implement, type RpcResponderContract } from "../../src/endpoints/responder_contract.ts";
import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { CALL_ID, CallObserver } from "./contract.ts";

/** So many calls are remembered; the oldest go first. */
const MAX_CALLS = 1000;

/** The calls of one server, over all its connections. */
export class CallWatch {
  readonly #aborts: Map<string, PromiseWithResolvers<number>> = new Map();

  /** Watches a call, when it bears an id. */
  watch(context: RpcHandlerContext): void {
    const id = context.metadata.get(CALL_ID);
    if (id === undefined) return;
    const tell = (): void => this.#abortOf(id).resolve(codeOf(context.signal.reason));
    if (context.isAborted) tell();
    else context.signal.addEventListener("abort", tell, { once: true });
  }

  /** What answers the clients' questions. */
  createContract(): RpcResponderContract {
    return implement(CallObserver, {
      AwaitAbort: async ({ id }, context) => ({ code: await this.#await(id, context.signal) }),
    });
  }

  async #await(id: string, signal: AbortSignal): Promise<number> {
    const gone = Promise.withResolvers<never>();
    const leave = (): void => gone.reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([this.#abortOf(id).promise, gone.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
      this.#aborts.delete(id);
    }
  }

  #abortOf(id: string): PromiseWithResolvers<number> {
    const known = this.#aborts.get(id);
    if (known !== undefined) return known;
    const [oldest] = this.#aborts.keys();
    if (oldest !== undefined && this.#aborts.size >= MAX_CALLS) this.#aborts.delete(oldest);
    const abort = Promise.withResolvers<number>();
    this.#aborts.set(id, abort);
    return abort;
  }
}

function codeOf(reason: unknown): number {
  return reason instanceof RpcError ? reason.code : RpcStatus.UNKNOWN;
}
