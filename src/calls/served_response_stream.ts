import type { RpcSource } from "../sources/source.ts";
import { validateResponse } from "../contracts/validation.ts";
import { responseCodecOf } from "./call_environment.ts";
import { MessageSender } from "../sources/message_sender.ts";
import { ServedCall } from "./served_call.ts";
import { responseEncodeError } from "./served_messages.ts";
import { SourcePump } from "../sources/source_pump.ts";

/** A server-stream or bidirectional call, seen from the side that serves it. */
export class ServedResponseStream extends ServedCall {
  #pump: SourcePump | undefined;
  /** Made with the first response. */
  #sender: MessageSender | undefined;

  protected answer(request: unknown): void {
    try {
      // The type of the handler says so; what is no source is refused by the pump.
      const source = this.served.handler(request, this.context) as RpcSource<unknown>;
      this.#pump = new SourcePump(source, {
        send: (value) => this.#send(value),
        onEnd: () => this.finish(undefined),
        onError: (error) => this.failWith(error),
        onStopError: (error) => this.reportLate(error),
      });
    } catch (error) {
      this.environment.onHandlerEnd();
      return this.failWith(error);
    }
    // The call may have ended while its handler was being called.
    if (this.isEnded) this.#pump.stop();
    void this.#pump.run().then(() => this.environment.onHandlerEnd());
  }

  protected override onRelease(): void {
    this.#pump?.stop();
  }

  #send(value: unknown): Promise<void> | undefined {
    const response = validateResponse(this.served.method, value);
    return response instanceof Promise ? this.#sendLater(response) : this.#sendValid(response);
  }

  async #sendLater(response: Promise<unknown>): Promise<void> {
    await this.#sendValid(await response);
  }

  #sendValid(value: unknown): Promise<void> | undefined {
    if (this.isEnded) return undefined;
    this.sendFirstHeaders();
    return (this.#sender ??= this.#createSender()).send(this.streamId, value);
  }

  #createSender(): MessageSender {
    const { environment, served: { method } } = this;
    return new MessageSender({
      transport: environment.transport,
      codec: responseCodecOf(environment, method),
      isEnded: () => this.isEnded,
      createError: (cause) => responseEncodeError(method, cause),
    });
  }
}
