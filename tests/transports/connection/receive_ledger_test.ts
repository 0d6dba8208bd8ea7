import { createLimits } from "../../../src/protocol/limits.ts";
import type { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { Fragments } from "../../../src/transports/connection/fragments.ts";
import { ReceiveLedger } from "../../../src/transports/connection/receive_ledger.ts";
import {
  type PartialMessage,
  StreamState,
} from "../../../src/transports/connection/stream_state.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

const LIMITS = createLimits({
  streamWindowBytes: 1000,
  streamWindowMessages: 10,
  connectionWindowBytes: 5000,
});

type Grant = [streamId: number, bytes: number, messages: number];

function setUp(
  messageCostBytes = 0,
): { ledger: ReceiveLedger; stream: StreamState; grants: Grant[] } {
  const grants: Grant[] = [];
  const ledger = new ReceiveLedger({
    limits: LIMITS,
    wire: { capabilities: { messageCostBytes }, initialHello: { connectionWindowBytes: 1 } },
    sendCredit: (...grant) => grants.push(grant),
  });
  return { ledger, stream: createStream(1), grants };
}

function createStream(id: number): StreamState {
  return new StreamState(id, true, {
    sendBytes: 0,
    sendMessages: 0,
    windowBytes: LIMITS.streamWindowBytes,
    windowMessages: LIMITS.streamWindowMessages,
  });
}

test("ReceiveLedger.chargeConnection() admits what begins within the window", () => {
  const { ledger } = setUp();
  assert(ledger.chargeConnection(4999));
  assert(ledger.chargeConnection(100), "one byte was left");
  assert(!ledger.chargeConnection(1));
});

test("ReceiveLedger.chargeStream() admits bytes that begin within the window", () => {
  const { ledger, stream } = setUp();
  assert(ledger.chargeStream(stream, 999, true));
  assert(ledger.chargeStream(stream, 100, true), "one byte was left");
  assert(!ledger.chargeStream(stream, 0, true));
});

test("ReceiveLedger.chargeStream() admits as many messages as the window has", () => {
  const { ledger, stream } = setUp();
  for (let count = 0; count < 10; count++) assert(ledger.chargeStream(stream, 1, true));
  assert(ledger.chargeStream(stream, 1, false), "a fragment is no message");
  assert(!ledger.chargeStream(stream, 1, true));
});

test("ReceiveLedger.release() returns credit when half of a window is owed, and not before", () => {
  const { ledger, stream, grants } = setUp();
  stream.unreadMessages = 10;
  ledger.release(stream, 499);
  assertEquals(grants, []);
  ledger.release(stream, 1);
  assertEquals(grants, [[1, 500, 2]]);
  for (let count = 0; count < 4; count++) ledger.release(stream, 1);
  assertEquals(grants.length, 1);
  ledger.release(stream, 1);
  assertEquals(grants.at(-1), [1, 5, 5]);
});

test("ReceiveLedger.release() opens the window by what it grants", () => {
  const { ledger, stream } = setUp();
  stream.unreadMessages = 1;
  ledger.chargeStream(stream, 1000, true);
  ledger.release(stream, 1000);
  assertEquals([stream.receiving.windowBytes, stream.receiving.windowMessages], [1000, 10]);
});

test("ReceiveLedger.release() grants the connection apart from its streams", () => {
  const { ledger, stream, grants } = setUp();
  stream.unreadMessages = 10;
  for (let count = 0; count < 5; count++) ledger.release(stream, 500);
  assertEquals(grants.filter(([id]) => id === 0), [[0, 2500, 0]]);
  for (let count = 0; count < 4; count++) ledger.chargeConnection(1250);
  assert(ledger.chargeConnection(2500), "what was granted may be sent");
  assert(!ledger.chargeConnection(1));
});

test("ReceiveLedger.release() pays for nothing when nothing is unread", () => {
  const { ledger, stream, grants } = setUp();
  for (let count = 0; count < 100; count++) ledger.release(stream, 1000);
  assertEquals([grants, stream.unreadMessages, stream.receiving.owedBytes], [[], 0, 0]);
});

test("ReceiveLedger.release() grants nothing to a stream on which nothing more comes", () => {
  const { ledger, stream, grants } = setUp();
  stream.unreadMessages = 1;
  stream.isReceiveEnded = true;
  ledger.release(stream, 1000);
  assertEquals(grants, []);
});

test("ReceiveLedger.payForPartial() lets a message through that is larger than the window", () => {
  const { ledger, stream, grants } = setUp();
  stream.receiving.partial = {
    fragments: new Fragments(),
    bytes: 600,
    creditedBytes: 0,
    paidBytes: 0,
    hasPlace: false,
    compressed: false,
  };
  ledger.payForPartial(stream);
  assertEquals(grants, [[1, 600, 0]]);
  stream.receiving.partial.bytes = 1100;
  ledger.payForPartial(stream);
  assertEquals(grants, [[1, 600, 0], [1, 500, 0]]);
});

test("ReceiveLedger.payForPartial() pays for nothing while a message is unread, and then at once", () => {
  const { ledger, stream, grants } = setUp();
  stream.receiving.partial = {
    fragments: new Fragments(),
    bytes: 600,
    creditedBytes: 0,
    paidBytes: 0,
    hasPlace: false,
    compressed: false,
  };
  stream.unreadMessages = 1;
  ledger.payForPartial(stream);
  assertEquals(grants, []);
  ledger.release(stream, 10);
  assertEquals(grants, [[1, 610, 1]]);
});

test("ReceiveLedger.release() does not pay twice for what was paid as fragments", () => {
  const { ledger, stream, grants } = setUp();
  Object.assign(stream.receiving, { creditedBytes: 600, paidBytes: 600 });
  stream.unreadMessages = 1;
  ledger.release(stream, 1100);
  assertEquals(grants, [[1, 500, 1]]);
  assertEquals(stream.receiving.creditedBytes, 0);
});

test("ReceiveLedger.dropPartial() pays the connection for what had not been paid", () => {
  const { ledger, stream, grants } = setUp();
  stream.receiving.partial = {
    fragments: new Fragments(),
    bytes: 3500,
    creditedBytes: 1000,
    paidBytes: 1000,
    hasPlace: false,
    compressed: false,
  };
  ledger.dropPartial(stream);
  ledger.dropPartial(stream);
  assertEquals([grants, stream.partial], [[[0, 2500, 0]], undefined]);
});

test("ReceiveLedger.refund() grants when half of the window is owed, the cost of frames with it", () => {
  const plain = setUp();
  plain.ledger.refund(2499);
  assertEquals(plain.grants, []);
  plain.ledger.refund(1);
  assertEquals(plain.grants, [[0, 2500, 0]]);
  const costly = setUp(100);
  costly.ledger.refund(2399);
  assertEquals(costly.grants, []);
  costly.ledger.refund(0);
  assertEquals(costly.grants, [[0, 2599, 0]]);
});

test("ReceiveLedger.chargeConnection() charges what a frame weighs beside its bytes", () => {
  const { ledger } = setUp(256);
  let frames = 0;
  while (ledger.chargeConnection(0)) frames++;
  // The last one begins with a byte left at least.
  assertEquals(frames, Math.ceil(5000 / 256));
});

test("ReceiveLedger.release() pays for the frame of a whole message with the message", () => {
  const { ledger, stream, grants } = setUp(256);
  for (let count = 0; count < 10; count++) ledger.takeMessage(stream);
  assertEquals(grants, []);
  for (let count = 0; count < 9; count++) ledger.release(stream, 1);
  assertEquals(grants, [[1, 5, 5]]);
  ledger.release(stream, 1);
  assertEquals(grants, [[1, 5, 5], [0, 9 * 257 + 256, 0], [1, 5, 5]]);
});

test("ReceiveLedger.takeFragment() pays for the frame of a fragment at once, and never again", () => {
  const { ledger, stream, grants } = setUp(500);
  for (let count = 0; count < 5; count++) ledger.takeFragment();
  assertEquals(grants, [[0, 2500, 0]]);
  // The message that they made.
  stream.unreadMessages = 1;
  ledger.release(stream, 400);
  for (let count = 0; count < 4; count++) ledger.takeFragment();
  assertEquals(grants.slice(1), []);
  ledger.takeFragment();
  assertEquals(grants.slice(1), [[0, 400 + 2500, 0]]);
});

/** What has come of a message that is not whole. */
function createPartial(bytes: number): PartialMessage {
  const fragments = new Fragments();
  return { fragments, bytes, creditedBytes: 0, paidBytes: 0, hasPlace: false, compressed: false };
}

/** How much a message in an opening may bring. */
function roomOf(ledger: ReceiveLedger): number {
  let most = 2 ** 40;
  for (let step = most / 2; step >= 1; step /= 2) {
    if (ledger.findOpeningFault(most) !== undefined) most -= step;
    else most += step;
  }
  return ledger.findOpeningFault(most) === undefined ? most : most - 1;
}

const ROOM = 16 * LIMITS.maxMessageBytes;

test("ReceiveLedger.findOpeningFault() leaves room for 16 of the largest messages", () => {
  const { ledger, stream } = setUp();
  assertEquals(ledger.findOpeningFault(ROOM), undefined);
  const error = ledger.findOpeningFault(ROOM + 1);
  assertEquals(error?.code, RpcStatus.RESOURCE_EXHAUSTED);
  const partial = createPartial(600);
  stream.receiving.partial = partial;
  ledger.takeUncharged(partial);
  assertEquals(roomOf(ledger), ROOM - 600);
  ledger.dropPartial(stream);
  assertEquals(roomOf(ledger), ROOM);
});

test("ReceiveLedger.findOpeningFault() counts a message until it is consumed", () => {
  const { ledger, stream } = setUp();
  const partial = createPartial(600);
  ledger.takeUncharged(partial);
  ledger.takeJoined(stream, partial);
  assertEquals([stream.partial, stream.unreadMessages], [undefined, 1]);
  assertEquals(roomOf(ledger), ROOM - 600);
  ledger.release(stream, 600);
  assertEquals(roomOf(ledger), ROOM);
});

test("ReceiveLedger.findOpeningFault() lends openings credit that has not gone out", () => {
  const { ledger, stream, grants } = setUp();
  ledger.refund(1000);
  assertEquals(roomOf(ledger), ROOM + 1000);
  const partial = createPartial(ROOM + 900);
  stream.receiving.partial = partial;
  ledger.takeUncharged(partial);
  assertEquals(roomOf(ledger), 100);
  ledger.refund(2399);
  assertEquals(grants, []);
  // A quarter of the window is kept for more openings.
  ledger.refund(1);
  assertEquals([grants, roomOf(ledger)], [[[0, 1250, 0]], 1250]);
  ledger.dropPartial(stream);
  assertEquals(roomOf(ledger), ROOM + 1250 + 900);
});

test("ReceiveLedger.payForPartial() pays no stream without a place, and then those that wait in order", () => {
  const { ledger, grants } = setUp();
  const streams = Array.from({ length: 19 }, (_, index) => createStream(1 + 2 * index));
  for (const { receiving } of streams) receiving.partial = createPartial(600);
  for (const stream of streams) ledger.payForPartial(stream);
  const paid = (): number[] => grants.splice(0).filter(([id]) => id > 0).map(([id]) => id);
  assertEquals(paid(), streams.slice(0, 16).map(({ id }) => id));
  const [first, second, third] = streams;
  assert(first !== undefined && second !== undefined && third !== undefined);
  // One never becomes whole, one is read.
  ledger.dropPartial(second);
  assertEquals(paid(), [33]);
  assert(first.partial !== undefined);
  first.receiving.partial = undefined;
  ledger.takeJoined(
    first,
    Object.assign(createPartial(600), { creditedBytes: 600, hasPlace: true }),
  );
  assertEquals(paid(), []);
  ledger.release(first, 600);
  assertEquals(paid().slice(-1), [35]);
  const last = streams.at(-1);
  assert(last !== undefined);
  ledger.dropPartial(last);
  ledger.dropPartial(third);
  assertEquals(paid(), []);
});

test("ReceiveLedger.payForPartial() says when nothing can go on, and not before", () => {
  const faults: RpcError[] = [];
  const limits = createLimits({ maxMessageBytes: 100, connectionWindowBytes: 5000 });
  const ledger = new ReceiveLedger({
    limits,
    wire: { capabilities: { messageCostBytes: 0 }, initialHello: { connectionWindowBytes: 1 } },
    sendCredit() {},
    makeRoom: (error) => faults.push(error),
  });
  const streams = Array.from({ length: 66 }, (_, index) => createStream(1 + 2 * index));
  for (const stream of streams) {
    assertEquals(faults, []);
    assert(ledger.chargeConnection(100), `stream ${stream.id} has no credit`);
    stream.receiving.partial = createPartial(100);
    ledger.payForPartial(stream);
  }
  assert(!ledger.chargeConnection(1));
  assertEquals(faults.map(({ code }) => code), [RpcStatus.RESOURCE_EXHAUSTED]);
});
