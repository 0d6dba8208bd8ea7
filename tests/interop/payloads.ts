/** What many cases need: payloads of a size, sources that wait to be fed, streams read to their end. */
import { assert, assertEquals } from "../support/assert.ts";
import type { Payload } from "./contract.ts";

/** Sizes of the large calls. */
export const LARGE_REQUEST_BYTES = 271828;
export const LARGE_RESPONSE_BYTES = 314159;

/** Sizes of the streamed requests. */
export const REQUEST_SIZES: readonly number[] = [27182, 8, 1828, 45904];

/** Sizes of the streamed responses. */
export const RESPONSE_SIZES: readonly number[] = [31415, 9, 2653, 58979];

/** So many zero bytes. */
export function createPayload(size: number): Payload {
  return { body: new Uint8Array(size) };
}

/** Fails unless a response is a payload of so many zero bytes and nothing else. */
export function assertPayload(response: unknown, size: number): void {
  assert(isObject(response), "the response is not a map");
  assertEquals(Object.keys(response), ["payload"]);
  const { payload } = response;
  assert(isObject(payload), "the payload is not a map");
  assertEquals(Object.keys(payload), ["body"]);
  const { body } = payload;
  assert(body instanceof Uint8Array, "the body is not bytes");
  assertEquals(body.length, size);
  let sum = 0;
  for (let at = 0; at < size; at++) sum |= body[at] ?? 0;
  assertEquals(sum, 0, "the body is not all zeros");
}

/** All that comes on a stream. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}

/** A source of requests that is fed by hand. */
export class Feed<T> {
  /** What goes into the call. */
  readonly source: ReadableStream<T>;
  #controller: ReadableStreamDefaultController<T> | undefined;

  constructor(...first: T[]) {
    this.source = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
        for (const value of first) controller.enqueue(value);
      },
    });
  }

  /** Gives the next request. */
  send(value: T): void {
    this.#controller?.enqueue(value);
  }

  /** Ends the requests. */
  end(): void {
    this.#controller?.close();
  }
}

/** Reads one value; fails when the stream has ended. */
export async function readNext<T>(reader: AsyncIterator<T>): Promise<T> {
  const { done, value } = await reader.next();
  assert(done !== true, "the responses have ended");
  return value;
}

/** Fails unless the stream has ended. */
export async function assertDone(reader: AsyncIterator<unknown>): Promise<void> {
  assertEquals(await reader.next(), { done: true, value: undefined });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
