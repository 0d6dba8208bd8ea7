import { type MemoryFrame, MemoryPipe } from "../../../src/transports/memory/pipe.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

interface Setup {
  readonly pipe: MemoryPipe;
  readonly clock: FakeClock;
  /** Ids of the streams whose frames arrived. */
  readonly arrived: (number | string)[];
}

function setUp(latencyMs = 0, onFrame: (id: number, setup: Setup) => void = () => {}): Setup {
  const clock = new FakeClock();
  const arrived: (number | string)[] = [];
  const deliver = (frame: MemoryFrame): void => {
    const id = "streamId" in frame ? frame.streamId : 0;
    arrived.push(id);
    onFrame(id, setup);
  };
  const setup = { pipe: new MemoryPipe({ clock, latencyMs, deliver }), clock, arrived };
  return setup;
}

function frame(streamId: number): MemoryFrame {
  return { kind: "lost", streamId };
}

test("MemoryPipe.push() delivers in order, in a later turn of the queue", async () => {
  const { pipe, arrived } = setUp();
  for (const id of [1, 2, 3]) pipe.push(frame(id));
  assertEquals([arrived, pipe.sent, pipe.arrived], [[], 3, 0]);
  await Promise.resolve();
  assertEquals([arrived, pipe.arrived], [[1, 2, 3], 3]);
});

test("MemoryPipe.push() from within a delivery comes after what is under way", async () => {
  const { pipe, arrived } = setUp(0, (id, { pipe }) => {
    if (id === 1) pipe.push(frame(9));
  });
  pipe.push(frame(1));
  pipe.push(frame(2));
  await settle();
  assertEquals(arrived, [1, 2, 9]);
});

test("MemoryPipe.push() sets one timer for the frames of a turn", async () => {
  const { pipe, clock, arrived } = setUp(10);
  for (const id of [1, 2, 3]) pipe.push(frame(id));
  await settle();
  assertEquals(clock.pending, 1);
  await clock.advance(10);
  assertEquals([arrived, clock.pending], [[1, 2, 3], 0]);
});

test("MemoryPipe.finish() brings what is under way at once, then tells the end", async () => {
  const { pipe, clock, arrived } = setUp(10);
  pipe.push(frame(1));
  await settle();
  pipe.push(frame(2));
  pipe.finish(() => arrived.push("end"));
  pipe.push(frame(3));
  assertEquals([arrived, clock.pending, pipe.brings(2)], [[], 0, true]);
  await settle();
  assertEquals(arrived, [1, 2, "end"]);
  await clock.advance(100);
  assertEquals(arrived.length, 3);
});

test("MemoryPipe.cut() drops what is under way", async () => {
  const { pipe, clock, arrived } = setUp(10);
  pipe.push(frame(1));
  await clock.advance(10);
  pipe.push(frame(2));
  await settle();
  pipe.push(frame(3));
  pipe.cut();
  pipe.push(frame(4));
  await clock.advance(100);
  assertEquals([arrived, clock.pending], [[1], 0]);
  assertEquals([1, 2, 3].map((nth) => pipe.brings(nth)), [true, false, false]);
});

test("MemoryPipe.cut() from within a delivery stops it", async () => {
  const { pipe, arrived } = setUp(0, (id, { pipe }) => {
    if (id === 2) pipe.cut();
  });
  for (const id of [1, 2, 3]) pipe.push(frame(id));
  await settle();
  assertEquals([arrived, pipe.arrived], [[1, 2], 2]);
});
