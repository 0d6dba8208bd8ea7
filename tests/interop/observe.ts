/** Asks the server what became of a call. */
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { formatStatus, RpcStatus, type RpcStatusCode } from "../../src/protocol/status.ts";
import { assert } from "../support/assert.ts";
import type { InteropConnection } from "./context.ts";
import { CALL_ID } from "./contract.ts";

/** How long a server may take to notice. */
const PATIENCE_MS = 10_000;

/** A call that the server can be asked about: an id, and the header that carries it. */
export class ObservedCall {
  readonly #id: string = crypto.randomUUID();
  /** Metadata to make the call with. */
  readonly metadata: Readonly<Record<string, string>> = { [CALL_ID]: this.#id };

  /**
   * Fails unless the handler of the call was told to stop, with this status. A server without an
   * observer is believed.
   */
  async assertAborted(
    { observer }: Pick<InteropConnection, "observer">,
    wanted: RpcStatusCode,
  ): Promise<void> {
    const found = await this.#ask(observer);
    assert(
      found === undefined || found === wanted,
      `the handler was stopped with ${formatStatus(found ?? 0)}, expected ${formatStatus(wanted)}`,
    );
  }

  async #ask(observer: InteropConnection["observer"]): Promise<number | undefined> {
    try {
      return (await observer.AwaitAbort({ id: this.#id }, { timeoutMs: PATIENCE_MS })).code;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      if (error.code === RpcStatus.UNIMPLEMENTED) return undefined;
      assert(error.code !== RpcStatus.DEADLINE_EXCEEDED, "the handler was never told to stop");
      throw error;
    }
  }
}
