/**
 * Compile-only: what the compiler infers from contracts, and what it refuses. Nothing here runs.
 */
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import type { RpcCodec } from "../../src/codecs/codec.ts";
import {
  bidirectional,
  clientStream,
  defineContract,
  type InferInput,
  type InferMethodTypes,
  type InferOutput,
  type RpcCallOptions,
  type RpcClient,
  type RpcContract,
  type RpcHandlers,
  type RpcMethod,
  type RpcResponseStream,
  type RpcSource,
  serverStream,
  type StandardSchemaV1,
  unary,
  unchecked,
  validateRequest,
  validateResponse,
} from "../../src/contracts/mod.ts";

/** True only for the very same type: `any` and `unknown` equal nothing but themselves. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
declare function same<A, B>(..._: Same<A, B> extends true ? [] : ["types differ", A, B]): void;
declare function implement<C extends RpcContract>(
  contract: C,
  handlers: RpcHandlers<C, Context>,
): void;
declare function clientOf<C extends RpcContract>(contract: C): RpcClient<C>;
declare const bytesCodec: RpcCodec<Uint8Array>;
declare const anyCodec: RpcCodec;

interface Context {
  readonly signal: AbortSignal;
}
interface Send {
  readonly text: string;
}
interface Reply {
  readonly id: number;
}
type Said = { readonly kind: "text"; readonly text: string } | { readonly kind: "left" };

const Chat = defineContract("Chat", {
  send: unary<Send, Reply>({ idempotent: true, description: "Sends one message" }),
  join: serverStream<Send, Said>(),
  upload: clientStream<Uint8Array, Reply>({ requestCodec: bytesCodec }),
  talk: bidirectional<Send, Said>(),
});

export function controls(): void {
  same<string, string>();
  // @ts-expect-error the helper tells types apart
  same<string, number>();
  // @ts-expect-error the helper tells `unknown` from a type
  same<unknown, string>();
  // @ts-expect-error the helper tells a wider type from a narrower one
  same<string | undefined, string>();
}

export function clientOfTheFourShapes(): void {
  same<typeof Chat.name, "Chat">();
  same<keyof typeof Chat.methods, "send" | "join" | "upload" | "talk">();
  same<typeof Chat.methods.send.shape, "unary">();
  same<typeof Chat.methods.send.path, string>();

  const client = clientOf(Chat);
  same<typeof client.send, (request: Send, options?: RpcCallOptions) => Promise<Reply>>();
  same<typeof client.join, (request: Send, options?: RpcCallOptions) => RpcResponseStream<Said>>();
  same<
    typeof client.upload,
    (requests: RpcSource<Uint8Array>, options?: RpcCallOptions) => Promise<Reply>
  >();
  same<
    typeof client.talk,
    (requests: RpcSource<Send>, options?: RpcCallOptions) => RpcResponseStream<Said>
  >();
  client.talk([{ text: "hi" }]);
  client.upload(new Set([new Uint8Array(1)]), { signal: undefined, timeoutMs: 500 });
  // @ts-expect-error a request of the wrong type
  client.send({ text: 1 });
  // @ts-expect-error no request at all
  client.send();
  // @ts-expect-error an option that does not exist
  client.send({ text: "hi" }, { timeout: 500 });
  // @ts-expect-error one request where many are wanted
  client.talk({ text: "hi" });
  // @ts-expect-error a method that does not exist
  client.leave();
}

export function handlersOfTheFourShapes(): void {
  implement(Chat, {
    send(request, context) {
      same<typeof request, Send>();
      same<typeof context, Context>();
      return { id: request.text.length };
    },
    async *join(request, context) {
      same<typeof request, Send>();
      same<typeof context, Context>();
      await Promise.resolve();
      yield { kind: "text", text: request.text };
      yield { kind: "left" };
    },
    async upload(chunks, context) {
      same<typeof chunks, AsyncIterable<Uint8Array>>();
      same<typeof context, Context>();
      let id = 0;
      for await (const chunk of chunks) id += chunk.length;
      return { id };
    },
    async *talk(messages, context) {
      same<typeof messages, AsyncIterable<Send>>();
      same<typeof context, Context>();
      for await (const { text } of messages) yield { kind: "text", text };
    },
  });
}

export function otherWaysToHandle(): void {
  const Words = defineContract("Words", {
    count: unary<string, number>(),
    split: serverStream<string, string>(),
    nothing: unary<void, void>(),
  });
  implement(Words, {
    count: (text) => Promise.resolve(text.length),
    split: (text) => text.split(" "),
    nothing() {},
  });
  implement(Words, {
    async count(text) {
      await Promise.resolve();
      return text.length;
    },
    *split(text) {
      yield* text.split(" ");
    },
    async nothing() {},
  });
  implement(Words, {
    count: () => 1,
    split: () => new ReadableStream<string>(),
    nothing: () => {},
  });
  const client = clientOf(Words);
  client.nothing();
  client.nothing(undefined, { timeoutMs: 1 });
}

export function wrongHandlers(): void {
  const Words = defineContract("Words", {
    count: unary<string, number>(),
    split: serverStream<string, string>(),
    join: clientStream<string, string>(),
    echo: bidirectional<string, Send>(),
  });
  const count = (text: string): number => text.length;
  const split = (text: string): string[] => text.split(" ");
  const join = (): string => "";
  const echo = (): Send[] => [];
  implement(Words, { count, split, join, echo });

  // @ts-expect-error a handler is missing
  implement(Words, { count, split, join });
  // @ts-expect-error a handler is too many
  implement(Words, { count, split, join, echo, leave: count });
  // @ts-expect-error the request has another type
  implement(Words, { count: (text: number) => text, split, join, echo });
  // @ts-expect-error the response has another type
  implement(Words, { count: (text) => text, split, join, echo });
  // @ts-expect-error the response has another type, behind a promise
  implement(Words, { count: (text) => Promise.resolve(text), split, join, echo });
  // @ts-expect-error one response where many are wanted
  implement(Words, { count, split: () => 1, join, echo });
  // @ts-expect-error text is not a stream of its letters
  implement(Words, { count, split: (text) => text, join, echo });
  // @ts-expect-error responses of another type
  implement(Words, { count, split: () => [1], join, echo });
  // @ts-expect-error one request where there are many
  implement(Words, { count, split, join: (text: string) => text, echo });
  const yieldsNumbers = async function* (): AsyncGenerator<number> {
    yield await Promise.resolve(1);
  };
  // @ts-expect-error yields another type
  implement(Words, { count, split, join, echo: yieldsNumbers });
  // @ts-expect-error a context that is not there
  implement(Words, { count: (_text, context: Date) => context.getTime(), split, join, echo });
}

const zodIn = z.object({
  at: z.string().transform((text) => new Date(text)),
  n: z.number().default(1),
});
const zodOut = z.object({ id: z.number().transform(String) });
const Zod = defineContract("Zod", {
  one: unary({ request: zodIn, response: zodOut, idempotent: true }),
  down: serverStream({ request: zodIn, response: zodOut }),
  up: clientStream({ request: zodIn, response: zodOut }),
  both: bidirectional({ request: zodIn, response: zodOut }),
});
type ZodIn = { at: string; n?: number | undefined };
type ZodOut = { at: Date; n: number };

export function clientOfSchemas(): void {
  same<InferInput<typeof zodIn>, ZodIn>();
  same<InferOutput<typeof zodIn>, ZodOut>();
  const client = clientOf(Zod);
  type Options = RpcCallOptions;
  same<typeof client.one, (request: ZodIn, options?: Options) => Promise<{ id: string }>>();
  same<
    typeof client.down,
    (request: ZodIn, options?: Options) => RpcResponseStream<{ id: string }>
  >();
  same<
    typeof client.up,
    (requests: RpcSource<ZodIn>, options?: Options) => Promise<{ id: string }>
  >();
  same<
    typeof client.both,
    (requests: RpcSource<ZodIn>, options?: Options) => RpcResponseStream<{ id: string }>
  >();
}

export function handlersOfSchemas(): void {
  implement(Zod, {
    one(request) {
      same<typeof request, ZodOut>();
      return { id: request.at.getTime() + request.n };
    },
    *down(request) {
      same<typeof request, ZodOut>();
      yield { id: 1 };
    },
    up(requests) {
      same<typeof requests, AsyncIterable<ZodOut>>();
      return { id: 1 };
    },
    async *both(requests) {
      same<typeof requests, AsyncIterable<ZodOut>>();
      for await (const { n } of requests) yield { id: n };
    },
  });
  // @ts-expect-error the handler returns the input of the response schema, not its output
  const wrong: RpcHandlers<typeof Zod, Context>["one"] = () => ({ id: "1" });
  void wrong;
}

export function schemasOfOtherLibraries(): void {
  const valibot = unary({
    request: v.pipe(v.string(), v.transform(Number)),
    response: v.objectAsync({ name: v.optional(v.string(), "none") }),
  });
  same<InferMethodTypes<typeof valibot>["requestIn"], string>();
  same<InferMethodTypes<typeof valibot>["requestOut"], number>();
  same<InferMethodTypes<typeof valibot>["responseIn"], { name?: string | undefined }>();
  same<InferMethodTypes<typeof valibot>["responseOut"], { name: string }>();

  const arktype = unary({
    request: type({ "nick?": "string", age: "number > 0" }),
    response: type("string.numeric.parse"),
  });
  same<InferMethodTypes<typeof arktype>["requestIn"], { age: number; nick?: string }>();
  same<InferMethodTypes<typeof arktype>["requestOut"], { age: number; nick?: string }>();
  same<InferMethodTypes<typeof arktype>["responseIn"], string>();
  same<InferMethodTypes<typeof arktype>["responseOut"], number>();
}

export function schemasAndTypes(): void {
  const date = z.string().transform((text) => new Date(text));
  const mixed = unary({ request: date, response: unchecked<Reply>() });
  same<typeof mixed, RpcMethod<"unary", string, Date, Reply, Reply>>();
  const other = bidirectional({ request: unchecked<Send>(), response: date });
  same<typeof other, RpcMethod<"bidirectional", Send, Send, string, Date>>();
  const onlyOne = unary({ request: date });
  same<typeof onlyOne, RpcMethod<"unary", string, Date, unknown, unknown>>();
  const neither = unary();
  same<typeof neither, RpcMethod<"unary", unknown, unknown, unknown, unknown>>();

  const agreed = unary<Send, Reply>({ request: z.object({ text: z.string() }) });
  same<typeof agreed, RpcMethod<"unary", Send, Send, Reply, Reply>>();
  const transformed = unary<string, Reply, Date>({ request: date });
  same<typeof transformed, RpcMethod<"unary", string, Date, Reply, Reply>>();
  // @ts-expect-error the schema is of another type
  unary<Send, Reply>({ request: z.object({ text: z.number() }) });
  // @ts-expect-error the schema transforms, which the types do not say
  unary<string, Reply>({ request: date });
  // @ts-expect-error the response type is missing
  unary<Send>();
  // @ts-expect-error not a schema
  unary({ request: { parse: (value: unknown) => value } });
  // @ts-expect-error an option that does not exist
  unary<Send, Reply>({ idempotant: true });
}

export function codecs(): void {
  unary<Send, Reply>({ codec: anyCodec });
  clientStream<Uint8Array, Uint8Array>({ codec: bytesCodec });
  clientStream<Uint8Array, Reply>({ requestCodec: bytesCodec, responseCodec: anyCodec });
  const inferred = unary({ request: z.string(), response: z.number(), codec: anyCodec });
  same<typeof inferred, RpcMethod<"unary", string, string, number, number>>();
  // @ts-expect-error the codec carries bytes only
  unary<Send, Reply>({ codec: bytesCodec });
  // @ts-expect-error the codec carries bytes only
  unary<Uint8Array, Reply>({ codec: bytesCodec });
  // @ts-expect-error the codec carries bytes only
  unary<Uint8Array, Reply>({ responseCodec: bytesCodec });
  defineContract("Bytes", { up: clientStream<Uint8Array, Uint8Array>() }, { codec: bytesCodec });
}

const parse = z.string().transform(Number);
const Numbers = defineContract("Numbers", { parse: unary({ request: parse, response: parse }) });

export function validationTypes(): void {
  const request = (): number | Promise<number> => validateRequest(Numbers.methods.parse, "1");
  const response = (): number | Promise<number> => validateResponse(Numbers.methods.parse, "1");
  // @ts-expect-error what comes out is a number
  const wrong: string | Promise<string> = validateRequest(Numbers.methods.parse, "1");
  void [request, response, wrong];
}

export function generalTypes(): void {
  const general: readonly RpcContract[] = [Chat, Numbers, defineContract("Empty", {})];
  void general;
  // @ts-expect-error not made by unary() and the like
  defineContract("Chat", { send: { path: "/Chat/send" } });
  // @ts-expect-error unary was not called
  defineContract("Chat", { send: unary });
  // @ts-expect-error frozen
  Chat.name = "Other";
  // @ts-expect-error frozen
  Chat.methods.send = Chat.methods.join;
}

export function theStandard(): void {
  // The libraries declare the standard themselves: their schemas are ours, and ours are theirs.
  const ours: readonly StandardSchemaV1[] = [z.string(), v.string(), type("string")];
  const theirs: z.core.$ZodType["~standard"]["validate"] =
    unchecked<unknown>()["~standard"].validate;
  void [ours, theirs];
}
