import { decodeBatch } from "../../../src/protocol/batch.ts";
import { createLimits } from "../../../src/protocol/limits.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { RpcLogger } from "../../../src/logger.ts";
import { ConnectionParts } from "../../../src/transports/connection/connection_parts.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeChannel } from "../../support/fake_channel.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

const MIB = 1024 * 1024;

function join(given: Parameters<typeof createLimits>[0], failures: unknown[] = []): {
  parts: ConnectionParts;
  channel: FakeChannel;
  clock: FakeClock;
} {
  const channel = new FakeChannel();
  channel.isOpen = true;
  const clock = new FakeClock();
  const parts = new ConnectionParts(channel, {
    side: "caller",
    wire: nativeWire,
    mustTellProtocol: true,
    limits: createLimits(given),
    clock,
    logger: new RpcLogger("test"),
    highestLocalId: 0,
    incoming: { push: () => {}, waiting: 0 },
    owner: { onConnectionEvent: () => {} },
  }, { onFailure: (error) => failures.push(error) });
  return { parts, channel, clock };
}

test("ConnectionParts announces the limits of this side", () => {
  const { parts, channel } = join({ maxStreams: 5, streamWindowMessages: 9 });
  parts.sayHello();
  parts.writer.flush();
  const decoder = nativeWire.createDecoder(createLimits());
  const [hello] = decodeBatch(decoder, channel.sent[0] ?? new Uint8Array(0));
  assert(hello?.kind === "hello", "the first frame is no hello");
  assertEquals([hello.maxStreams, hello.streamWindowMessages], [5, 9]);
});

test("ConnectionParts lets the window of a stream grow to half of the connection's at most", async () => {
  const { parts, clock } = join({ streamWindowBytes: MIB, connectionWindowBytes: 8 * MIB });
  const tuner = parts.createTuner();
  for (let trip = 0; trip < 20; trip++) {
    await clock.advance(100);
    tuner.onData(6400 * MIB, 1);
    await clock.advance(1);
    tuner.onData(6400 * MIB, 1);
    tuner.onAnswer();
  }
  assertEquals(tuner.scale, 4);
});

test("ConnectionParts reports what the channel refuses", () => {
  const failures: unknown[] = [];
  const { parts, channel } = join({}, failures);
  channel.failure = new Error("refused");
  parts.sayHello();
  parts.writer.flush();
  assert(failures[0] === channel.failure && failures.length === 1);
});
