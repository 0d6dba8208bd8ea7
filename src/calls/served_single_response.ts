import { validateResponse } from "../contracts/validation.ts";
import { messageBytes } from "../sources/message_codec.ts";
import { ServedCall } from "./served_call.ts";

/** A response of no more goes with the end of the call, which needs no room. */
const FREE_BYTES = 16_384;

/** A unary or client-stream call, seen from the side that serves it. */
export class ServedSingleResponse extends ServedCall {
  protected answer(request: unknown): void {
    try {
      const answer = this.served.handler(request, this.context);
      if (isPromise(answer)) this.#answerLater(answer);
      else this.#onAnswer(answer);
    } catch (error) {
      this.#onThrown(error);
    }
  }

  #answerLater(answer: PromiseLike<unknown>): void {
    // What only looks like a promise may answer twice.
    const once = answer instanceof Promise ? answer : Promise.resolve(answer);
    once.then((value) => this.#onAnswer(value), (error: unknown) => this.#onThrown(error));
  }

  #onAnswer(answer: unknown): void {
    this.environment.onHandlerEnd();
    if (this.isEnded) return;
    try {
      const response = validateResponse(this.served.method, answer);
      if (response instanceof Promise) this.#sendLater(response);
      else this.#send(response);
    } catch (error) {
      this.failWith(error);
    }
  }

  #sendLater(response: Promise<unknown>): void {
    response.then((valid) => this.#send(valid), (error: unknown) => this.failWith(error));
  }

  #onThrown(error: unknown): void {
    this.environment.onHandlerEnd();
    this.failWith(error);
  }

  #send(response: unknown): void {
    if (this.isEnded) return;
    try {
      const message = this.encode(response);
      const { transport } = this.environment;
      const bytes = messageBytes(message);
      const room = bytes <= FREE_BYTES ? undefined : transport.waitForRoom?.(this.streamId, bytes);
      if (room === undefined) this.finish(message);
      else this.#sendAfter(room, response);
    } catch (error) {
      this.failWith(error);
    }
  }

  #sendAfter(room: Promise<void>, response: unknown): void {
    room.then(() => this.#send(response), (error: unknown) => this.failWith(error));
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
