import {
  IdleStreams,
  type WatchedStream,
} from "../../../src/transports/connection/idle_streams.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

interface Stream extends WatchedStream {
  id: number;
  isReceiveEnded: boolean;
  unreadMessages: number;
  waiting: number;
  moved: number;
}

function createStream(id: number, given: Partial<Stream> = {}): Stream {
  return {
    id,
    isLocal: false,
    isReceiveEnded: false,
    unreadMessages: 0,
    waiting: 0,
    moved: 0,
    ...given,
  };
}

function setUp(timeoutMs: number) {
  const clock = new FakeClock();
  const streams = new Set<Stream>();
  const ended: string[] = [];
  const idle = new IdleStreams<Stream>({
    clock,
    timeoutMs,
    streams,
    measure: ({ moved, unreadMessages }) => [moved, unreadMessages],
    onIdle: (stream, error) => {
      streams.delete(stream);
      assertEquals(error.code, RpcStatus.DEADLINE_EXCEEDED);
      ended.push(`${stream.id}: ${error.rawMessage}`);
    },
  });
  return { clock, streams, ended, idle };
}

test("IdleStreams ends a stream that the peer leaves alone, not before its time", async () => {
  const { clock, streams, ended, idle } = setUp(800);
  await clock.advance(50);
  streams.add(createStream(1));
  await clock.advance(800);
  assertEquals(ended, []);
  await clock.advance(100);
  assertEquals(ended, ["1: Stream was idle for 800 ms, limit is 800 ms"]);
  idle.stop();
  idle.stop();
  assertEquals(clock.pending, 0);
});

test("IdleStreams leaves a stream be that moves now and then", async () => {
  const { clock, streams, ended, idle } = setUp(800);
  const stream = createStream(1);
  streams.add(stream);
  for (let round = 0; round < 20; round++) {
    await clock.advance(799);
    stream.moved++;
  }
  assertEquals(ended, []);
  await clock.advance(900);
  assertEquals(ended.length, 1);
  idle.stop();
});

test("IdleStreams leaves streams be on which the peer has nothing to do", async () => {
  const { clock, streams, ended, idle } = setUp(800);
  streams.add(createStream(1, { isReceiveEnded: true }));
  streams.add(createStream(3, { unreadMessages: 1 }));
  streams.add(createStream(2, { isLocal: true }));
  await clock.advance(100_000);
  assertEquals(ended, []);
  // One of them now waits for the peer to read.
  for (const stream of streams) if (stream.id === 1) stream.waiting = 1;
  await clock.advance(900);
  assertEquals(ended.length, 1);
  idle.stop();
});

test("IdleStreams counts from when the handler has read what came", async () => {
  const { clock, streams, ended, idle } = setUp(800);
  const stream = createStream(1, { unreadMessages: 1 });
  streams.add(stream);
  await clock.advance(10_000);
  stream.unreadMessages = 0;
  await clock.advance(700);
  assertEquals(ended, []);
  await clock.advance(200);
  assertEquals(ended.length, 1);
  idle.stop();
});

test("IdleStreams sets no timer when the time is infinite", () => {
  const { clock, idle } = setUp(Infinity);
  assertEquals(clock.pending, 0);
  idle.stop();
});
