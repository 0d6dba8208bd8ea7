/**
 * What the batch writer adds to the encoding of frames: one frame a turn, which is a call at a time,
 * and sixty-four, which is what many calls at once and streams make.
 *
 * The baseline hands each frame to the channel by itself, as systems do that do not coalesce.
 */
import { ByteWriter } from "../src/internal/byte_writer.ts";
import { systemClock } from "../src/internal/clock.ts";
import type { RpcFrame } from "../src/protocol/frame.ts";
import { DEFAULT_LIMITS } from "../src/protocol/limits.ts";
import { nativeWire } from "../src/protocol/native/native_wire.ts";
import { BatchWriter } from "../src/transports/connection/batch_writer.ts";
import { FakeChannel } from "../tests/support/fake_channel.ts";

const MANY = 64;

const frame: RpcFrame = {
  kind: "message",
  streamId: 1,
  message: new Uint8Array(110),
  more: false,
  compressed: false,
};

/** A channel that takes everything and keeps nothing. */
class Sink extends FakeChannel {
  /** Bytes that were sent. */
  taken = 0;

  override send(bytes: Uint8Array<ArrayBuffer>): void {
    this.taken += bytes.length;
  }
}

const sink = new Sink();
sink.isOpen = true;
const encoder = nativeWire.createEncoder(DEFAULT_LIMITS);
const out = new ByteWriter(1024);
const writer = new BatchWriter(sink, {
  encoder: nativeWire.createEncoder(DEFAULT_LIMITS),
  clock: systemClock,
  wire: { capabilities: { batches: true, acks: false } },
  limits: DEFAULT_LIMITS,
  onWritable: () => {},
  onFailure: (error) => {
    throw error;
  },
});

function sendAlone(): void {
  encoder.encode(frame, out);
  sink.send(out.take());
}

for (const count of [1, MANY]) {
  const group = `${count} ${count === 1 ? "frame" : "frames"} a turn`;
  Deno.bench({
    name: "each by itself",
    group,
    baseline: true,
    fn: () => {
      for (let index = 0; index < count; index++) sendAlone();
    },
  });
  Deno.bench({
    name: "BatchWriter, sent by hand",
    group,
    fn: () => {
      for (let index = 0; index < count; index++) writer.write(frame);
      writer.flush();
    },
  });
  Deno.bench({
    name: "BatchWriter, sent when the turn is over",
    group,
    fn: async () => {
      const { batches } = writer;
      for (let index = 0; index < count; index++) writer.write(frame);
      while (writer.batches === batches) await undefined;
    },
  });
}
