/** A contract of all four shapes for any value, to try one thing on each of them. */
import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import type { RpcCallOptions } from "../../src/contracts/call_options.ts";
import type { RpcClient } from "../../src/contracts/client.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import type { RpcShape } from "../../src/contracts/method.ts";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import type { RpcSource } from "../../src/sources/source.ts";
import {
  implement,
  type RpcContractHandlers,
  type RpcResponderContract,
} from "../../src/endpoints/responder_contract.ts";

/** One method a shape. */
export const Box = defineContract("Box", {
  one: unary<unknown, unknown>(),
  down: serverStream<unknown, unknown>(),
  up: clientStream<unknown, unknown>(),
  both: bidirectional<unknown, unknown>(),
});

/** The four shapes. */
export const SHAPES: readonly RpcShape[] = [
  "unary",
  "serverStream",
  "clientStream",
  "bidirectional",
];

/** The shapes with many responses. */
export const DOWN_SHAPES: readonly RpcShape[] = ["serverStream", "bidirectional"];

/** The shapes with many requests. */
export const UP_SHAPES: readonly RpcShape[] = ["clientStream", "bidirectional"];

type BoxHandlers = RpcContractHandlers<typeof Box>;

/** Serves some of the methods; the others fail. */
export function serveBox(handlers: Partial<BoxHandlers>): RpcResponderContract {
  const refuse = (): never => {
    throw new Error("This handler must not run");
  };
  return implement(Box, { one: refuse, down: refuse, up: refuse, both: refuse, ...handlers });
}

/** What {@linkcode serveEach} runs, whatever the shape; streams yield what it answers. */
export type AnyHandler = (context: RpcHandlerContext, request: unknown) => unknown;

/** Serves all four methods with one handler. */
export function serveEach(handler: AnyHandler): RpcResponderContract {
  const many = async function* (
    request: unknown,
    context: RpcHandlerContext,
  ): AsyncGenerator<unknown> {
    yield await handler(context, request);
  };
  return implement(Box, {
    one: (request, context) => handler(context, request),
    down: many,
    up: async (requests, context) => await handler(context, requests),
    both: many,
  });
}

/** Requests of a call whose caller keeps it open until it ends. */
export async function* openSource(first?: unknown): AsyncGenerator<unknown> {
  if (first !== undefined) yield first;
  await new Promise(() => {});
}

/** Calls the method of a shape, with one request, and collects its responses. */
export async function callBox(
  client: RpcClient<typeof Box>,
  shape: RpcShape,
  options: RpcCallOptions & { readonly request?: unknown; readonly requests?: RpcSource<unknown> } =
    {},
): Promise<unknown[]> {
  const { request = "request", requests = [request], ...rest } = options;
  switch (shape) {
    case "unary":
      return [await client.one(request, rest)];
    case "serverStream":
      return await collect(client.down(request, rest));
    case "clientStream":
      return [await client.up(requests, rest)];
    case "bidirectional":
      return await collect(client.both(requests, rest));
  }
}

/** All values of a source, in order. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}

/** What a promise has come to, without waiting for it. */
export type Outcome<T> =
  | { readonly kind: "pending" }
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "failed"; readonly error: unknown };

/** Watches a promise; its rejection counts as seen. */
export function watch<T>(promise: Promise<T>): { outcome: Outcome<T>; settled: number } {
  const watched: { outcome: Outcome<T>; settled: number } = {
    outcome: { kind: "pending" },
    settled: 0,
  };
  promise.then((value) => {
    watched.outcome = { kind: "done", value };
    watched.settled++;
  }, (error: unknown) => {
    watched.outcome = { kind: "failed", error };
    watched.settled++;
  });
  return watched;
}
