import { createLimits } from "../../../src/protocol/limits.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import {
  type ConnectionLoss,
  lossByClose,
  lossByReplacement,
} from "../../../src/transports/connection/loss.ts";
import { MemoryConnection } from "../../../src/transports/memory/connection.ts";
import type { RpcTransportMessage } from "../../../src/transports/message.ts";
import type { RpcTransportSide } from "../../../src/transports/transport.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";
import { ending, opening } from "../../support/transport_pair.ts";

class End {
  readonly messages: RpcTransportMessage[] = [];
  readonly losses: ConnectionLoss[] = [];
  readonly connection: MemoryConnection;

  constructor(side: RpcTransportSide, streamWindowMessages = 4) {
    this.connection = new MemoryConnection({
      side,
      limits: createLimits({ streamWindowMessages }),
      clock: new FakeClock(),
      latencyMs: 0,
      isLost: () => false,
      highestLocalId: 0,
      onMessage: (message) => this.messages.push(message),
      onEnded: (loss) => this.losses.push(loss),
    });
  }

  get kinds(): string[] {
    return this.messages.map(({ kind }) => kind);
  }
}

function setUp(): { near: End; far: End } {
  const [near, far] = [new End("caller"), new End("responder")];
  near.connection.join(far.connection);
  return { near, far };
}

const FAR_LOSS: ConnectionLoss = { ...lossByReplacement(), text: "Told by the other end" };

test("MemoryConnection.end() in order brings what was sent, then tells the other end", async () => {
  const { near, far } = setUp();
  near.connection.openStream(opening());
  const told = near.connection.end({ near: lossByClose(), far: FAR_LOSS, isOrderly: true });
  assertEquals([near.losses, far.losses], [[lossByClose()], []]);
  await told;
  assertEquals([far.kinds, far.losses], [["open", "cancel"], [FAR_LOSS]]);
});

test("MemoryConnection.end() out of order loses what was sent", async () => {
  const { near, far } = setUp();
  near.connection.openStream(opening());
  await near.connection.end({ near: FAR_LOSS, far: FAR_LOSS, isOrderly: false });
  assertEquals([far.kinds, far.losses], [[], [FAR_LOSS]]);
  const [status] = near.messages;
  assertEquals(status?.kind === "status" && status.maybeExecuted, false);
});

test("MemoryConnection takes nothing in after its end", async () => {
  const { near, far } = setUp();
  far.connection.openStream(opening());
  const told = near.connection.end({ near: lossByClose(), far: FAR_LOSS, isOrderly: true });
  await told;
  assertEquals([near.kinds, far.kinds], [[], ["status"]]);
  const [status] = far.messages;
  assertEquals(status?.kind === "status" && status.maybeExecuted, false);
});

test("MemoryConnection ends once when both ends end it in one turn", async () => {
  const { near, far } = setUp();
  near.connection.openStream(opening());
  await settle();
  const end = { near: lossByClose(), far: FAR_LOSS, isOrderly: true };
  await Promise.all([near.connection.end(end), far.connection.end(end)]);
  assertEquals([near.losses, far.losses], [[lossByClose()], [lossByClose()]]);
  assertEquals([near.kinds, far.kinds], [["status"], ["open", "cancel"]]);
});

test("MemoryConnection.stats() counts streams, frames and messages that wait", async () => {
  const { near, far } = setUp();
  const id = near.connection.openStream(opening());
  for (let count = 0; count < 6; count++) near.connection.sendMessage(id, count)?.catch(() => {});
  await settle();
  assertEquals(near.connection.stats(), {
    localStreams: 1,
    peerStreams: 0,
    queuedMessages: 2,
    framesSent: 5,
  });
  assertEquals(far.connection.stats().peerStreams, 1);
  near.connection.cancelStream(id, RpcStatus.CANCELLED, "");
  assertEquals(near.connection.stats().queuedMessages, 0);
});

test("MemoryConnection.releaseMessage() returns credit when half of the window is owed", async () => {
  const { near, far } = setUp();
  const id = near.connection.openStream(opening());
  for (let count = 0; count < 4; count++) near.connection.sendMessage(id, count);
  await settle();
  const before = far.connection.stats().framesSent ?? 0;
  far.connection.releaseMessage(id);
  assertEquals(far.connection.stats().framesSent, before);
  far.connection.releaseMessage(id);
  assertEquals(far.connection.stats().framesSent, before + 1);
});

test("MemoryConnection.releaseMessage() grants nothing to a stream that is over", async () => {
  const { near, far } = setUp();
  const id = far.connection.openStream(opening());
  for (let count = 0; count < 4; count++) far.connection.sendMessage(id, count);
  await settle();
  near.connection.endStream(id, ending());
  const before = near.connection.stats().framesSent;
  for (let count = 0; count < 4; count++) near.connection.releaseMessage(id);
  assertEquals([near.connection.stats().framesSent, near.connection.openStreams], [before, 0]);
});

test("MemoryConnection.goAway() says so once", () => {
  const { near } = setUp();
  near.connection.goAway("stop");
  near.connection.goAway("stop");
  assertEquals(near.connection.stats().framesSent, 1);
});

test("MemoryConnection.releaseMessage() grants nothing to a stream that is half-closed", async () => {
  const { near, far } = setUp();
  const id = near.connection.openStream(opening());
  for (let count = 0; count < 4; count++) near.connection.sendMessage(id, count);
  near.connection.finishSending(id);
  await settle();
  for (let count = 0; count < 4; count++) far.connection.releaseMessage(id);
  assertEquals(far.connection.stats().framesSent, 0);
  far.connection.endStream(id, ending());
  await settle();
  assertEquals([near.kinds, near.connection.openStreams], [["status"], 0]);
});
