import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { SendRoom, type SendRoomOwner } from "../../../src/transports/connection/send_room.ts";
import { StreamState } from "../../../src/transports/connection/stream_state.ts";
import { assertEquals, assertStatus } from "../../support/assert.ts";
import { settle } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

function createStream(id: number): StreamState {
  return new StreamState(id, true, {
    sendBytes: 0,
    sendMessages: 0,
    windowBytes: 0,
    windowMessages: 0,
  });
}

/** A scheduler that takes data when it is told to, of streams that are told to have credit. */
class FakeScheduler implements SendRoomOwner {
  takesData = false;
  /** Streams that may send. */
  readonly credited: Set<StreamState> = new Set();
  /** Streams that were asked about, in order. */
  readonly asked: number[] = [];

  canSendNow(stream: StreamState): boolean {
    this.asked.push(stream.id);
    return this.credited.has(stream);
  }
}

function createRoom(maxBytes: number): SendRoom {
  return new SendRoom(maxBytes, new FakeScheduler());
}

/** Parks and notes when it was let go. */
function park(room: SendRoom, stream: StreamState, bytes: number, gone: number[]): void {
  void room.park(stream, bytes).then(() => gone.push(stream.id));
}

/** The same; the message waits when it was let go. */
function parkAndAdd(room: SendRoom, stream: StreamState, bytes: number, gone: number[]): void {
  void room.park(stream, bytes).then(() => {
    gone.push(stream.id);
    room.add(stream, bytes);
  });
}

test("SendRoom counts what waits on each stream and on all", () => {
  const room = createRoom(100);
  const [first, second] = [createStream(1), createStream(3)];
  room.add(first, 60);
  assertEquals(room.hasRoom, true);
  room.add(second, 40);
  assertEquals([room.waitingBytes, first.waitingBytes, second.waitingBytes], [100, 60, 40]);
  assertEquals(room.hasRoom, false);
  room.free(first, 1);
  assertEquals([room.hasRoom, room.waitingBytes, first.waitingBytes], [true, 99, 59]);
});

test("SendRoom.free() lets as many go as there is room for, in order", async () => {
  const room = createRoom(100);
  const full = createStream(1);
  const gone: number[] = [];
  room.add(full, 300);
  for (const id of [3, 5, 7, 9]) parkAndAdd(room, createStream(id), 30, gone);
  room.free(full, 200);
  await settle();
  assertEquals([room.hasRoom, gone], [false, []]);
  room.free(full, 1);
  await settle();
  assertEquals(gone, [3]);
  room.free(full, 60);
  await settle();
  assertEquals(gone, [3, 5, 7]);
});

test("SendRoom.free() lets the next go when the one before has not taken the room", async () => {
  const room = createRoom(1);
  const full = createStream(1);
  const gone: number[] = [];
  room.add(full, 10);
  for (const id of [3, 5]) park(room, createStream(id), 10, gone);
  for (const id of [7, 9]) parkAndAdd(room, createStream(id), 10, gone);
  room.free(full, 10);
  await settle();
  assertEquals([gone, room.waitingBytes], [[3, 5, 7], 10]);
});

test("SendRoom.look() lets those go that may send, in order and one at a time", async () => {
  const owner = new FakeScheduler();
  const room = new SendRoom(1, owner);
  const streams = [3, 5, 7].map(createStream);
  const gone: number[] = [];
  room.add(createStream(1), 10);
  for (const stream of streams) {
    owner.credited.add(stream);
    void room.park(stream, 10).then(() => {
      gone.push(stream.id);
      // The second fills the socket.
      owner.takesData = stream.id !== 5;
    });
  }
  room.look();
  await settle();
  assertEquals(gone, []);
  owner.takesData = true;
  for (let looks = 0; looks < 10; looks++) room.look();
  await settle();
  assertEquals(gone, [3, 5]);
  owner.takesData = true;
  room.look();
  await settle();
  assertEquals([gone, owner.asked], [[3, 5, 7], [3, 5, 7]]);
});

test("SendRoom.look() asks once about those that have no credit, however many, until they progress", async () => {
  const owner = new FakeScheduler();
  owner.takesData = true;
  const room = new SendRoom(1, owner);
  const streams = [3, 5, 7].map(createStream);
  const gone: number[] = [];
  room.add(createStream(1), 10);
  for (const stream of streams) park(room, stream, 10, gone);
  for (let looks = 0; looks < 10; looks++) room.look();
  assertEquals(owner.asked, [3, 5, 7]);
  for (const stream of streams) owner.credited.add(stream);
  for (const stream of streams.slice(1, 2)) room.onProgress(stream);
  room.onProgress(createStream(9));
  await settle();
  assertEquals([gone, owner.asked], [[5], [3, 5, 7, 5]]);
});

test("SendRoom.park() takes one again that was let go", async () => {
  const owner = new FakeScheduler();
  owner.takesData = true;
  const room = new SendRoom(1, owner);
  const stream = createStream(3);
  owner.credited.add(stream);
  const gone: number[] = [];
  room.add(createStream(1), 10);
  for (let round = 0; round < 2; round++) {
    park(room, stream, 10, gone);
    room.look();
    await settle();
  }
  assertEquals(gone, [3, 3]);
});

test("SendRoom.drop() tells those of a stream that has ended why, and no others", async () => {
  const room = createRoom(1);
  const [stream, other] = [createStream(3), createStream(5)];
  const gone: number[] = [];
  room.add(createStream(1), 10);
  const waiting = room.park(stream, 10);
  park(room, other, 10, gone);
  room.drop(stream, () => new RpcError(RpcStatus.CANCELLED, "Gone"));
  room.drop(stream, () => new RpcError(RpcStatus.CANCELLED, "Gone again"));
  await assertStatus(waiting, RpcStatus.CANCELLED, "Gone");
  assertEquals(gone, []);
});
