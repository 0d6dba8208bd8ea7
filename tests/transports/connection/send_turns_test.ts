import { SendTurns } from "../../../src/transports/connection/send_turns.ts";
import { StreamState } from "../../../src/transports/connection/stream_state.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

const KIB = 1024;

function createStream(id: number): StreamState {
  const windows = { sendBytes: 0, sendMessages: 0, windowBytes: 0, windowMessages: 0 };
  return new StreamState(id, true, windows);
}

function createTurns(): { turns: SendTurns; streams: readonly StreamState[] } {
  const turns = new SendTurns(80 * KIB);
  const streams = [1, 3, 5].map(createStream);
  for (const stream of streams) turns.add(stream);
  return { turns, streams };
}

/** Takes turns with frames of so many bytes; answers whose they were. */
function take(turns: SendTurns, count: number, bytes: number): (number | undefined)[] {
  return Array.from({ length: count }, () => {
    const stream = turns.next(true);
    if (stream !== undefined) turns.goOn(stream, bytes);
    return stream?.id;
  });
}

test("SendTurns gives each stream one large frame, in the order in which they came", () => {
  const { turns } = createTurns();
  assertEquals(take(turns, 7, 80 * KIB), [1, 3, 5, 1, 3, 5, 1]);
});

test("SendTurns gives a stream as many small frames as weigh what a large one does", () => {
  const { turns } = createTurns();
  const ids = take(turns, 3 * 820, 16);
  assertEquals([ids.indexOf(3), ids.indexOf(5), ids.lastIndexOf(5)], [820, 1640, 2459]);
});

test("SendTurns.next() takes the turn of a stream that does not go on", () => {
  const { turns } = createTurns();
  assertEquals([turns.next(true)?.id, turns.waiting, turns.isUnderWay], [1, 2, false]);
  assertEquals([turns.next(true)?.id, turns.next(true)?.id, turns.next(true)], [3, 5, undefined]);
});

test("SendTurns.isUnderWay says whether the turn of a stream goes on", () => {
  const { turns } = createTurns();
  take(turns, 1, 32 * KIB);
  assertEquals([turns.isUnderWay, turns.waiting], [true, 3]);
  take(turns, 1, 32 * KIB);
  assertEquals([turns.isUnderWay, turns.waiting], [false, 3]);
});

test("SendTurns.add() of the stream whose turn it is gives it no second one", () => {
  const { turns, streams: [first] } = createTurns();
  take(turns, 1, 16);
  if (first !== undefined) turns.add(first);
  assertEquals([turns.waiting, turns.next(true)?.id, turns.next(true)?.id], [3, 1, 3]);
  assertEquals([turns.next(true)?.id, turns.next(true)], [5, undefined]);
});

test("SendTurns.next() prefers those that had no credit of the connection when there is some", () => {
  const { turns } = createTurns();
  turns.addStarved(createStream(7));
  turns.addStarved(createStream(9));
  assertEquals([turns.next(false)?.id, turns.next(true)?.id, turns.next(true)?.id], [1, 7, 9]);
  assertEquals([turns.next(true)?.id, turns.waiting], [3, 1]);
});

test("SendTurns.delete() forgets a stream, whether it waits, starves or has its turn", () => {
  const { turns, streams } = createTurns();
  const starved = createStream(7);
  turns.addStarved(starved);
  turns.delete(starved);
  take(turns, 1, 16);
  for (const stream of streams.slice(0, 2)) turns.delete(stream);
  assertEquals([turns.isUnderWay, turns.waiting], [false, 1]);
  assertEquals([turns.next(true)?.id, turns.next(true)], [5, undefined]);
});

test("SendTurns.hasEnough() wants two turns' worth of a few streams, and less of many", () => {
  const turns = new SendTurns(80 * KIB);
  const stream = createStream(1);
  stream.sending.waitingBytes = 100 * KIB;
  const least = 28 * KIB - 64;
  assertEquals([turns.hasEnough(stream, least - 1), turns.hasEnough(stream, least)], [false, true]);
  stream.sending.waitingBytes = 0;
  for (let id = 3; id < 203; id += 2) turns.add(createStream(id));
  assertEquals([turns.hasEnough(stream, 5 * KIB), turns.hasEnough(stream, 6 * KIB)], [false, true]);
});
