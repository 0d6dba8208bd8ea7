import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { SendRoom } from "../../../src/transports/connection/send_room.ts";
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

/** Parks and notes when it was let go. */
function park(room: SendRoom, stream: StreamState, bytes: number, gone: number[]): void {
  void room.park(stream, bytes).then(() => gone.push(stream.id));
}

test("SendRoom counts what waits on each stream and on all", () => {
  const room = new SendRoom(100);
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
  const room = new SendRoom(100);
  const full = createStream(1);
  const gone: number[] = [];
  room.add(full, 300);
  for (const id of [3, 5, 7, 9]) park(room, createStream(id), 30, gone);
  room.free(full, 200);
  await settle();
  assertEquals([room.hasRoom, gone], [false, []]);
  room.free(full, 1);
  await settle();
  assertEquals(gone, [3]);
  room.free(full, 39);
  await settle();
  assertEquals(gone, [3, 5, 7]);
});

test("SendRoom.free() lets all go when nothing waits any more, as nobody would later", async () => {
  const room = new SendRoom(1);
  const full = createStream(1);
  const gone: number[] = [];
  room.add(full, 10);
  for (const id of [3, 5, 7]) park(room, createStream(id), 10, gone);
  room.free(full, 10);
  await settle();
  assertEquals(gone, [3, 5, 7]);
});

test("SendRoom.release() lets the one stream look again, which may be parked anew", async () => {
  const room = new SendRoom(1);
  const stream = createStream(3);
  const gone: number[] = [];
  room.add(createStream(1), 10);
  park(room, stream, 10, gone);
  park(room, createStream(5), 10, gone);
  room.release(stream);
  room.release(stream);
  await settle();
  assertEquals(gone, [3]);
  park(room, stream, 10, gone);
  room.release(stream);
  await settle();
  assertEquals(gone, [3, 3]);
});

test("SendRoom.drop() tells those of a stream that has ended why, and no others", async () => {
  const room = new SendRoom(1);
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
