import { validateResponse } from "../contracts/validation.ts";
import { ServedCall } from "./served_call.ts";

/** A unary or client-stream call, seen from the side that serves it. */
export class ServedSingleResponse extends ServedCall {
  protected answer(request: unknown): void {
    try {
      const answer = this.served.handler(request, this.context);
      if (isPromise(answer)) answer.then(this.#onAnswer, this.#onThrown);
      else this.#onAnswer(answer);
    } catch (error) {
      this.#onThrown(error);
    }
  }

  readonly #onAnswer = (answer: unknown): void => {
    this.environment.onHandlerEnd();
    if (this.isEnded) return;
    try {
      const response = validateResponse(this.served.method, answer);
      if (response instanceof Promise) response.then(this.#send, this.failWith);
      else this.#send(response);
    } catch (error) {
      this.failWith(error);
    }
  };

  readonly #onThrown = (error: unknown): void => {
    this.environment.onHandlerEnd();
    this.failWith(error);
  };

  readonly #send = (response: unknown): void => {
    if (this.isEnded) return;
    try {
      this.finish(this.encode(response));
    } catch (error) {
      this.failWith(error);
    }
  };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
