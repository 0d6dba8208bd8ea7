/**
 * Compile-only: what the compiler infers for clients, handlers and interceptors through the
 * endpoints, and what it refuses. Nothing here runs.
 */
import { z } from "zod";
import {
  bidirectional,
  clientStream,
  createContextKey,
  createMemoryTransportPair,
  defineContract,
  implement,
  RpcCallerContract,
  RpcCallerEndpoint,
  type RpcCallerInterceptor,
  type RpcCallOptions,
  type RpcClient,
  type RpcContractHandlers,
  type RpcEndpoint,
  type RpcEndpointPingResult,
  type RpcHandlerContext,
  RpcMetadata,
  type RpcPeerEndpoint,
  RpcResponderContract,
  RpcResponderEndpoint,
  type RpcResponderInterceptor,
  type RpcResponseStream,
  type RpcSource,
  serverStream,
  unary,
} from "../../mod.ts";

/** True only for the very same type: `any` and `unknown` equal nothing but themselves. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
declare function same<A, B>(..._: Same<A, B> extends true ? [] : ["types differ", A, B]): void;
declare const caller: RpcCallerEndpoint;
declare const peer: RpcPeerEndpoint;
declare const responder: RpcResponderEndpoint;
declare const context: RpcHandlerContext;

interface Send {
  readonly text: string;
}
interface Reply {
  readonly id: number;
}

const Chat = defineContract("Chat", {
  send: unary<Send, Reply>(),
  join: serverStream<Send, Reply>(),
  upload: clientStream<Uint8Array, Reply>(),
  talk: bidirectional<Send, Reply>(),
});
const age = z.object({ age: z.string().transform(Number) });
const Checked = defineContract("Checked", {
  one: unary({ request: age, response: age }),
  both: bidirectional({ request: age, response: age }),
});

export async function callsOfTheFourShapes(): Promise<void> {
  const client = caller.client(Chat);
  same<typeof client, RpcClient<typeof Chat>>();
  same<typeof client.send, (request: Send, options?: RpcCallOptions) => Promise<Reply>>();
  same<typeof client.join, (request: Send, options?: RpcCallOptions) => RpcResponseStream<Reply>>();
  same<
    typeof client.upload,
    (requests: RpcSource<Uint8Array>, options?: RpcCallOptions) => Promise<Reply>
  >();
  same<
    typeof client.talk,
    (requests: RpcSource<Send>, options?: RpcCallOptions) => RpcResponseStream<Reply>
  >();
  const ofPeer = peer.client(Chat);
  same<typeof ofPeer, typeof client>();

  same<Awaited<ReturnType<typeof client.send>>, Reply>();
  for await (const message of client.join({ text: "hi" })) same<typeof message, Reply>();
  await using stream = client.talk([{ text: "hi" }]);
  const headers = await stream.headers;
  same<typeof headers, RpcMetadata>();
  const readable = stream.toReadableStream();
  same<typeof readable, ReadableStream<Reply>>();
  await client.upload(new ReadableStream<Uint8Array>());
  client.talk((async function* () {
    yield { text: await Promise.resolve("hi") };
  })());
}

export function wrongCalls(): void {
  const client = caller.client(Chat);
  // @ts-expect-error a request of the wrong type
  client.send({ text: 1 });
  // @ts-expect-error a field that is not there
  client.send({ text: "hi", room: "general" });
  // @ts-expect-error no request at all
  client.join();
  // @ts-expect-error one request where many are wanted
  client.upload(new ReadableStream<string>());
  // @ts-expect-error text is not a source of its letters
  client.upload("text");
  // @ts-expect-error a method that does not exist
  client.leave();
  // @ts-expect-error frozen
  client.send = peer.client(Chat).send;
  // @ts-expect-error not a contract
  caller.client({ name: "Chat" });
  // @ts-expect-error a responder does not call
  responder.client(Chat);
}

export function callOptions(): void {
  const { send } = caller.client(Chat);
  const { signal } = new AbortController();
  send({ text: "hi" }, { signal, timeoutMs: 500, parent: context });
  send({ text: "hi" }, { signal: undefined, timeoutMs: undefined, metadata: undefined });
  send({ text: "hi" }, { metadata: { "x-tag": ["a", "b"], "x-raw-bin": new Uint8Array(1) } });
  send({ text: "hi" }, { metadata: [["x-tag", "a"], ["x-tag", "b"]] });
  send({ text: "hi" }, { metadata: RpcMetadata.from({ "x-tag": "a" }) });
  send({ text: "hi" }, {
    onHeaders: (headers) => same<typeof headers, RpcMetadata>(),
    onTrailers: (trailers) => same<typeof trailers, RpcMetadata>(),
  });
  // @ts-expect-error an option that does not exist
  send({ text: "hi" }, { timeout: 500 });
  // @ts-expect-error a time that is text
  send({ text: "hi" }, { timeoutMs: "500" });
  // @ts-expect-error a header that is a number
  send({ text: "hi" }, { metadata: { "x-count": 1 } });
  // @ts-expect-error a signal is not a context
  send({ text: "hi" }, { parent: signal });
}

export function handlersOfTheFourShapes(): void {
  const chat = implement(Chat, {
    send(request, given) {
      same<typeof request, Send>();
      same<typeof given, RpcHandlerContext>();
      return { id: request.text.length };
    },
    async *join(request, given) {
      same<typeof request, Send>();
      same<typeof given, RpcHandlerContext>();
      yield { id: await Promise.resolve(1) };
    },
    async upload(chunks, given) {
      same<typeof chunks, AsyncIterable<Uint8Array>>();
      same<typeof given, RpcHandlerContext>();
      let id = 0;
      for await (const chunk of chunks) id += chunk.length;
      return { id };
    },
    talk(messages, given) {
      same<typeof messages, AsyncIterable<Send>>();
      same<typeof given, RpcHandlerContext>();
      return [{ id: 1 }];
    },
  });
  same<typeof chat, RpcResponderContract<typeof Chat>>();
  responder.register(chat, chat);
  const checked = implement(Checked, {
    one: (request) => {
      same<typeof request, { age: number }>();
      return { age: String(request.age) };
    },
    both: async function* (requests) {
      for await (const request of requests) yield { age: `${request.age}` };
    },
  });
  responder.register(checked);
  const { one, both } = caller.client(Checked);
  same<Parameters<typeof one>[0], { age: string }>();
  same<Awaited<ReturnType<typeof one>>, { age: number }>();
  same<ReturnType<typeof both>, RpcResponseStream<{ age: number }>>();
}

export function wrongHandlers(): void {
  const send = (): Reply => ({ id: 1 });
  const join = (): Reply[] => [];
  const upload = (): Reply => ({ id: 1 });
  const talk = (): Reply[] => [];
  implement(Chat, { send, join, upload, talk });
  // @ts-expect-error a handler is missing
  implement(Chat, { send, join, upload });
  // @ts-expect-error a handler is too many
  implement(Chat, { send, join, upload, talk, leave: send });
  // @ts-expect-error the response has another type
  implement(Chat, { send: () => ({ id: "1" }), join, upload, talk });
  // @ts-expect-error one response where many are wanted
  implement(Chat, { send, join: send, upload, talk });
  // @ts-expect-error a promise of a source is no source
  implement(Chat, { send, join: () => Promise.resolve(join()), upload, talk });
  // @ts-expect-error the input of the response's schema is text
  implement(Checked, { one: () => ({ age: 1 }), both: () => [] });
  // @ts-expect-error the handlers of another contract
  implement(Checked, { send, join, upload, talk });
}

export class ChatCaller extends RpcCallerContract<typeof Chat> {
  constructor() {
    super(Chat, peer);
  }

  say(text: string): Promise<Reply> {
    same<typeof this.methods, RpcClient<typeof Chat>>();
    // @ts-expect-error a request of the wrong type
    void this.methods.send({ text: 1 });
    return this.methods.send({ text });
  }
}
// @ts-expect-error the calls of a class are its own
void new ChatCaller().methods;

const Small = defineContract("Small", { send: unary<Send, Reply>() });

export class SmallResponder extends RpcResponderContract<typeof Small>
  implements RpcContractHandlers<typeof Small> {
  send(request: Send, given: RpcHandlerContext): Reply {
    given.setTrailer("x-cost", "1");
    return { id: request.text.length };
  }
}

// @ts-expect-error a handler is missing
export class EmptyResponder extends RpcResponderContract<typeof Small>
  implements RpcContractHandlers<typeof Small> {}

export class WrongResponder extends RpcResponderContract<typeof Small>
  implements RpcContractHandlers<typeof Small> {
  // @ts-expect-error the response has another type
  send(): string {
    return "";
  }
}

export function contexts(): void {
  const user = createContextKey<{ id: string }>("user");
  context.set(user, { id: "u-42" });
  const found = context.get(user);
  same<typeof found, { id: string } | undefined>();
  same<typeof context.metadata, RpcMetadata>();
  same<typeof context.signal, AbortSignal>();
  same<typeof context.timeoutMs, number | undefined>();
  same<typeof context.deadline, Date | undefined>();
  same<typeof context.peer.auth, unknown>();
  context.setHeader("x-tag", ["a", "b"]);
  context.setTrailer("x-sum-bin", new Uint8Array(1));
  // @ts-expect-error a value of another type
  context.set(user, "u-42");
  // @ts-expect-error a header that is a number
  context.setHeader("x-count", 1);
  // @ts-expect-error frozen
  context.metadata = RpcMetadata.empty;
}

export function interceptors(): void {
  const near: RpcCallerInterceptor = {
    unary: async (call, request, next) => {
      same<typeof request, unknown>();
      same<typeof call.options, RpcCallOptions>();
      const path: string = call.method.path;
      return await next(request, { ...call, options: { metadata: { "x-path": path } } });
    },
    bidirectional: async function* (_call, requests, next) {
      same<typeof requests, AsyncIterable<unknown>>();
      yield* next(requests);
    },
  };
  const far: RpcResponderInterceptor = {
    serverStream: (call, request, next) => {
      same<typeof call.context, RpcHandlerContext>();
      return next(request);
    },
  };
  caller.addInterceptor(near);
  responder.addInterceptor(far);
  peer.addCallerInterceptor(near);
  peer.addInterceptor(far);
  // @ts-expect-error a stream where one response is wanted
  caller.addInterceptor({ unary: (_call, request, next) => [next(request)] });
  // @ts-expect-error the context is on the other side
  caller.addInterceptor({ unary: (call, request, next) => next(call.context ?? request) });
  // @ts-expect-error a hook for a shape that does not exist
  caller.addInterceptor({ duplex: () => Promise.resolve() });
}

export async function endpoints(): Promise<void> {
  const [near, far] = createMemoryTransportPair();
  await using first = new RpcCallerEndpoint({ transport: near, interceptors: [] });
  await using second = new RpcResponderEndpoint({
    transport: far,
    contracts: [new SmallResponder(Small)],
    onHandlerError: (error, given) => {
      same<typeof error, unknown>();
      same<typeof given, RpcHandlerContext>();
    },
  });
  const all: readonly RpcEndpoint[] = [first, second, peer];
  const result = await first.ping({ timeoutMs: 500 });
  same<typeof result, RpcEndpointPingResult>();
  same<ReturnType<typeof first.close>, Promise<void>>();
  void all;
  // @ts-expect-error no transport
  new RpcCallerEndpoint({});
  // @ts-expect-error a contract without handlers
  new RpcResponderEndpoint({ transport: far, contracts: [Chat] });
}
