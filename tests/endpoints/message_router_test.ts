import type { StreamCall } from "../../src/calls/call_environment.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { type CallTaker, MessageRouter } from "../../src/endpoints/message_router.ts";
import { RpcLogger, type RpcLogRecord } from "../../src/logger.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { RpcMessageFeed, type RpcTransportMessage } from "../../src/transports/message.ts";
import type { RpcMetadata } from "../../src/protocol/metadata.ts";
import type {
  IRpcTransport,
  RpcStreamEnd,
  RpcStreamOpening,
} from "../../src/transports/transport.ts";
import { Box, callBox, collect, serveEach, SHAPES, watch } from "../support/box.ts";
import { withoutRejections } from "../support/endpoint_pair.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import type { RpcMemoryTransport } from "../../src/transports/memory.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { openFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

class NotingCall implements StreamCall {
  readonly events: unknown[] = [];
  fault: Error | undefined;

  receive(message: RpcTransportMessage): void {
    this.events.push(message.kind);
    if (this.fault !== undefined) throw this.fault;
  }

  abort(error: RpcError): void {
    this.events.push(error);
  }

  close(): void {
    this.events.push("close");
  }
}

interface Made {
  readonly router: MessageRouter;
  readonly transport: RpcMemoryTransport;
  readonly records: RpcLogRecord[];
  readonly released: unknown[];
  readonly taker: CallTaker;
  onOpen: (opening: RpcTransportMessage) => void;
}

async function withRouter(body: (made: Made) => void): Promise<void> {
  const [transport, far] = createMemoryTransportPair();
  const records: RpcLogRecord[] = [];
  const released: unknown[] = [];
  transport.releaseMessage = (streamId, bytes): void => void released.push([streamId, bytes]);
  const logger = new RpcLogger("test", { sink: (record) => records.push(record) });
  const made: Made = {
    router: new MessageRouter({ transport, logger, clock: new FakeClock(), codec: undefined }),
    transport,
    records,
    released,
    taker: { accept: (opening) => made.onOpen(opening) },
    onOpen: () => {},
  };
  body(made);
  await transport.close();
  await far.close();
}

const cancel = (streamId: number) => ({ kind: "cancel", streamId, code: 1, reason: "" }) as const;
const message = (streamId: number, bytes: number) => ({
  kind: "message",
  streamId,
  message: new Uint8Array(bytes),
  more: false,
  compressed: false,
} as const);

test("MessageRouter hands each message to the call of its stream", async () => {
  await withRouter(({ router, taker, transport }) => {
    const [first, second] = [new NotingCall(), new NotingCall()];
    router.calls.set(1, first);
    router.calls.set(2, second);
    // What came before it listens is handed over first.
    transport.incomingMessages.push(message(1, 5));
    router.start(taker);
    transport.incomingMessages.push(cancel(2));
    transport.incomingMessages.push(cancel(1));
    assertEquals([first.events, second.events], [["message", "cancel"], ["cancel"]]);
  });
});

test("MessageRouter takes openings itself, and pays for messages without a call", async () => {
  await withRouter((made) => {
    const opened: unknown[] = [];
    made.onOpen = (opening) => void opened.push(opening.streamId);
    made.router.start(made.taker);
    made.transport.incomingMessages.push(openFrame({ streamId: 7 }));
    made.transport.incomingMessages.push(message(9, 5));
    made.transport.incomingMessages.push(cancel(9));
    assertEquals([opened, made.released, made.records], [[7], [[9, 5]], []]);
  });
});

test("MessageRouter costs the one call a fault of its own", async () => {
  await withRouter((made) => {
    const [broken, whole, opening] = [new NotingCall(), new NotingCall(), new NotingCall()];
    broken.fault = new Error("Broken");
    made.router.calls.set(1, broken);
    made.router.calls.set(3, whole);
    made.onOpen = ({ streamId }) => {
      made.router.calls.set(streamId, opening);
      throw new Error("Broken");
    };
    made.router.start(made.taker);
    for (const streamId of [1, 3]) made.transport.incomingMessages.push(message(streamId, 1));
    made.transport.incomingMessages.push(openFrame({ streamId: 5 }));
    const [, error] = broken.events;
    assert(error instanceof RpcError && error.code === RpcStatus.INTERNAL);
    assertEquals(whole.events, ["message"]);
    assert(opening.events[0] instanceof RpcError);
    assertEquals(made.records.map(({ level }) => level), ["error", "error"]);
  });
});

test("MessageRouter.closeAll() tells every call, those that go meanwhile too", async () => {
  await withRouter(({ router }) => {
    const calls = [1, 3, 5].map((streamId) => {
      const call = new NotingCall();
      const { events } = call;
      call.close = (): void => {
        events.push("close");
        router.calls.delete(streamId);
      };
      router.calls.set(streamId, call);
      return call;
    });
    router.closeAll();
    assertEquals(calls.map(({ events }) => events), [["close"], ["close"], ["close"]]);
    assertEquals(router.calls.size, 0);
  });
});

/** A transport around another one whose messages arrive some turns late. */
class LateTransport implements IRpcTransport {
  readonly incomingMessages: RpcMessageFeed = new RpcMessageFeed();
  readonly #inner: IRpcTransport;

  constructor(inner: IRpcTransport) {
    this.#inner = inner;
    let last = Promise.resolve();
    inner.incomingMessages.listen((message) => {
      last = last.then(settle).then(() => this.incomingMessages.push(message));
    });
  }

  get side() {
    return this.#inner.side;
  }
  get supportsZeroCopy() {
    return this.#inner.supportsZeroCopy;
  }
  get limits() {
    return this.#inner.limits;
  }
  get peer() {
    return this.#inner.peer;
  }
  get openStreams() {
    return this.#inner.openStreams;
  }
  get isClosed() {
    return this.#inner.isClosed;
  }

  openStream(opening: RpcStreamOpening) {
    return this.#inner.openStream(opening);
  }
  sendMessage(streamId: number, message: unknown) {
    return this.#inner.sendMessage(streamId, message);
  }
  sendHeaders(streamId: number, headers: RpcMetadata) {
    this.#inner.sendHeaders(streamId, headers);
  }
  finishSending(streamId: number) {
    this.#inner.finishSending(streamId);
  }
  endStream(streamId: number, end: RpcStreamEnd) {
    this.#inner.endStream(streamId, end);
  }
  cancelStream(streamId: number, code: number, reason: string) {
    this.#inner.cancelStream(streamId, code, reason);
  }
  releaseMessage(streamId: number, bytes: number) {
    this.#inner.releaseMessage(streamId, bytes);
  }
  health() {
    return this.#inner.health();
  }
  reconnect() {
    return this.#inner.reconnect();
  }
  close() {
    return this.#inner.close();
  }
  [Symbol.asyncDispose]() {
    return this.#inner.close();
  }
}

test("MessageRouter bears a transport whose messages come late, in order", async () => {
  await withoutRejections(async () => {
    const [near, far] = createMemoryTransportPair();
    const contracts = [
      serveEach((_, request) =>
        typeof request === "string" ? request : collect(request as AsyncIterable<unknown>)
      ),
    ];
    const responder = new RpcResponderEndpoint({ transport: new LateTransport(far), contracts });
    responder.start();
    const caller = new RpcCallerEndpoint({ transport: new LateTransport(near) });
    const client = caller.client(Box);
    for (const shape of SHAPES) {
      const takesMany = shape === "clientStream" || shape === "bidirectional";
      const answer = await callBox(client, shape, { request: "a", requests: ["a", "b"] });
      assertEquals(answer, [takesMany ? ["a", "b"] : "a"]);
    }
    // The stream of a call that was given up may end before late messages of it arrive.
    for (const shape of SHAPES) {
      const controller = new AbortController();
      const call = watch(callBox(client, shape, { signal: controller.signal }));
      await settle();
      controller.abort();
      for (let turn = 0; turn < 20; turn++) await settle();
      assertEquals(call.settled, 1);
    }
    assertEquals([caller.activeCalls, responder.activeCalls, responder.runningHandlers], [0, 0, 0]);
    assertEquals([near.openStreams, far.openStreams], [0, 0]);
    await caller.close();
    await responder.close();
  });
});
