import { StreamTable, type TableStream } from "../../../src/transports/connection/stream_table.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

interface TestStream extends TableStream {
  unreadMessages: number;
}

function createTable(highestLocalId = 0): StreamTable<TestStream> {
  return new StreamTable<TestStream>({ side: "caller", highestLocalId });
}

function stream(id: number, unreadMessages = 0): TestStream {
  return { id, isLocal: id % 2 === 1, unreadMessages };
}

test("StreamTable.nextLocalId is odd for a caller, even for a responder, and rises", () => {
  const caller = createTable();
  assertEquals(caller.nextLocalId, 1);
  caller.add(stream(1));
  assertEquals(caller.nextLocalId, 3);
  const responder = new StreamTable({ side: "responder", highestLocalId: 0 });
  assertEquals(responder.nextLocalId, 2);
});

test("StreamTable.nextLocalId goes on where earlier connections stopped", () => {
  assertEquals(createTable(41).nextLocalId, 43);
});

test("StreamTable.isLocalId() tells the sides apart", () => {
  const table = createTable();
  assertEquals([table.isLocalId(1), table.isLocalId(2)], [true, false]);
});

test("StreamTable counts the streams of each side", () => {
  const table = createTable();
  const streams = [stream(1), stream(3), stream(2)];
  for (const one of streams) table.add(one);
  assertEquals([table.localStreams, table.peerStreams], [2, 1]);
  const [first] = streams;
  assert(first !== undefined && table.remove(first));
  assert(!table.remove(first), "a stream was removed twice");
  assertEquals([table.localStreams, table.peerStreams, table.unreadStreams], [1, 1, 0]);
  assert(!table.isEmpty);
  for (const one of streams) table.remove(one);
  assert(table.isEmpty);
});

test("StreamTable.openedMeanwhile tells how many were opened while the last that ended was open", () => {
  const table = createTable(41);
  const streams = [43, 45, 47, 49].map((id) => stream(id));
  for (const one of [...streams, stream(2)]) table.add(one);
  const found = streams.map((one) => {
    table.remove(one);
    return table.openedMeanwhile;
  });
  assertEquals(found, [3, 2, 1, 0]);
  table.add(stream(51));
  table.remove(stream(2));
  assertEquals(table.openedMeanwhile, 0);
});

test("StreamTable.remove() keeps a stream readable until its messages are read", () => {
  const table = createTable();
  const unread = stream(2, 1);
  table.add(unread);
  table.remove(unread);
  assertEquals([table.get(2), table.getReadable(2), table.unreadStreams], [undefined, unread, 1]);
  table.forgetRead(unread);
  assertEquals(table.unreadStreams, 1);
  unread.unreadMessages = 0;
  table.forgetRead(unread);
  assertEquals([table.getReadable(2), table.unreadStreams], [undefined, 0]);
});

test("StreamTable.clear() returns the open streams, oldest first, and forgets all", () => {
  const table = createTable();
  const unread = stream(4, 1);
  for (const one of [stream(1), unread, stream(2), stream(3)]) table.add(one);
  table.remove(unread);
  assertEquals([...table].map(({ id }) => id), [1, 2, 3]);
  assertEquals(table.clear().map(({ id }) => id), [1, 2, 3]);
  assertEquals([table.localStreams, table.peerStreams, table.unreadStreams], [0, 0, 0]);
  assertEquals(table.nextLocalId, 5);
});
