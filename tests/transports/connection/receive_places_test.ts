import { Fragments } from "../../../src/transports/connection/fragments.ts";
import { ReceivePlaces } from "../../../src/transports/connection/receive_places.ts";
import {
  type PartialMessage,
  StreamState,
} from "../../../src/transports/connection/stream_state.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

interface Begun {
  readonly stream: StreamState;
  readonly partial: PartialMessage;
}

/** A stream on which so much of a message has come. */
function begin(id: number, bytes: number): Begun {
  const windows = { sendBytes: 0, sendMessages: 0, windowBytes: 0, windowMessages: 0 };
  const stream = new StreamState(id, true, windows);
  const partial = {
    fragments: new Fragments(),
    bytes,
    creditedBytes: 0,
    paidBytes: 0,
    hasPlace: false,
    compressed: false,
  };
  stream.receiving.partial = partial;
  return { stream, partial };
}

/** Places for messages of 100 bytes; `count` of them ask for one, each with so many bytes. */
function setUp(count: number, bytes: number): { places: ReceivePlaces; begun: Begun[] } {
  const places = new ReceivePlaces({ maxMessageBytes: 100, connectionWindowBytes: 500 });
  const begun = Array.from({ length: count }, (_, index) => begin(index, bytes));
  for (const { stream, partial } of begun) {
    places.add(partial);
    places.ask(stream, partial);
  }
  return { places, begun };
}

function end(places: ReceivePlaces, begun: Begun | undefined, isWhole: boolean): void {
  assert(begun !== undefined);
  begun.stream.receiving.partial = undefined;
  places.end(begun.stream, begun.partial, isWhole);
}

test("ReceivePlaces.ask() gives 16 messages a place, however little of them has come", () => {
  const { places, begun } = setUp(20, 1);
  assertEquals(begun.map(({ partial }) => partial.hasPlace).lastIndexOf(true), 15);
  assertEquals(places.next(), undefined);
  const [first] = begun;
  assert(first !== undefined);
  assert(places.ask(first.stream, first.partial), "it has one");
});

test("ReceivePlaces.next() gives places in order, and to nobody twice", () => {
  const { places, begun } = setUp(20, 10);
  end(places, begun[0], false);
  end(places, begun[5], false);
  end(places, begun[17], false);
  // Who asks now is behind those that wait.
  const late = begin(30, 10);
  assert(!places.ask(late.stream, late.partial));
  assertEquals([places.next()?.id, places.next()?.id, places.next()], [16, 18, undefined]);
  for (const index of [1, 2]) end(places, begun[index], false);
  assertEquals([places.next()?.id, places.next()?.id, places.next()], [19, 30, undefined]);
});

test("ReceivePlaces counts a whole message by its bytes until it is read", () => {
  const { places, begun } = setUp(18, 60);
  end(places, begun[0], true);
  assertEquals([places.heldBytes, places.next()], [18 * 60, undefined]);
  // Two of 60 bytes leave no room for two of 100; three leave room for one.
  end(places, begun[1], true);
  end(places, begun[2], true);
  assertEquals([places.next()?.id, places.next()], [16, undefined]);
  places.free(60);
  places.free(60);
  assertEquals([places.next()?.id, places.heldBytes], [17, 16 * 60]);
});

test("ReceivePlaces.excessBytes is what passes the bound, and nothing is stuck below the window", () => {
  const { places, begun } = setUp(16, 100);
  assertEquals([places.excessBytes, places.boundBytes, places.isStuck], [0, 1600, false]);
  const more = begin(40, 499);
  places.add(more.partial);
  places.add(more.partial);
  assertEquals([places.excessBytes, places.isStuck], [499, false]);
  more.partial.bytes++;
  places.add(more.partial);
  assertEquals([places.excessBytes, places.isStuck], [500, true]);
  // One that can be read is about to make room.
  end(places, begun[0], true);
  assertEquals([places.excessBytes, places.isStuck], [500, false]);
});
