import { DrainPoll } from "../../../src/transports/connection/drain_poll.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeChannel } from "../../support/fake_channel.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

interface Setup {
  readonly channel: FakeChannel;
  readonly clock: FakeClock;
  readonly poll: DrainPoll;
  /** When it looked. */
  readonly looks: number[];
  /** What it is told. */
  goesOn: boolean;
}

function setUp(): Setup {
  const channel = new FakeChannel();
  const clock = new FakeClock();
  const looks: number[] = [];
  const poll = new DrainPoll(channel, clock, () => {
    looks.push(clock.now());
    return setup.goesOn;
  });
  const setup: Setup = { channel, clock, poll, looks, goesOn: true };
  return setup;
}

test("DrainPoll looks less and less often while nothing leaves the socket", async () => {
  const { channel, clock, poll, looks } = setUp();
  channel.bufferedBytes = 100;
  poll.start();
  await clock.advance(63);
  assertEquals(looks, [1, 3, 7, 15, 31, 47, 63]);
  channel.bufferedBytes = 99;
  await clock.advance(18);
  assertEquals(looks.slice(7), [79, 80]);
});

test("DrainPoll looks often again when it is started again, and once at a time", async () => {
  const { clock, poll, looks } = setUp();
  poll.start();
  await clock.advance(7);
  poll.start();
  assertEquals(clock.pending, 1);
  await clock.advance(9);
  assertEquals(looks, [1, 3, 7, 15]);
  assertEquals(clock.nextDueMs, 17);
});

test("DrainPoll stops when it is told to, from within a look as well", async () => {
  const setup = setUp();
  const { clock, poll, looks } = setup;
  poll.stop();
  poll.start();
  poll.stop();
  assertEquals(clock.pending, 0);
  poll.start();
  setup.goesOn = false;
  await clock.advance(100);
  assertEquals([looks, clock.pending], [[1], 0]);
});
