import { createMemoryTransportPair } from "../../../src/transports/memory.ts";
import { assertEquals, assertStatus } from "../../support/assert.ts";
import { settle } from "../../support/fake_clock.ts";
import { MessageLog } from "../../support/message_log.ts";
import { test } from "../../support/test.ts";
import { ending, opening } from "../../support/transport_pair.ts";

test("MemoryInbound finds lost requests by their count, and tells both sides", async () => {
  const [near, far] = createMemoryTransportPair({ loss: (message) => message.kind === "message" });
  const nearLog = new MessageLog(near.incomingMessages);
  const farLog = new MessageLog(far.incomingMessages);
  const id = near.openStream(opening());
  near.sendMessage(id, 1);
  near.finishSending(id);
  const status = await nearLog.take("status", id);
  assertEquals([status.code, status.text], [15, "Messages were lost: 0 came, 1 were sent"]);
  assertEquals(farLog.kinds(id), ["open", "cancel"]);
  assertEquals([near.openStreams, far.openStreams], [0, 0]);
  await near.close();
});

test("MemoryInbound finds lost answers by their count, but keeps a failure", async () => {
  const [near, far] = createMemoryTransportPair({ loss: (message) => message.kind === "message" });
  const nearLog = new MessageLog(near.incomingMessages);
  const farLog = new MessageLog(far.incomingMessages);
  for (const [sent, found] of [[0, 15], [5, 5]]) {
    const id = near.openStream(opening({ end: true }));
    await farLog.take("open", id);
    far.sendMessage(id, 1);
    far.endStream(id, ending({ code: sent ?? 0, text: "No", message: 2 }));
    const status = await nearLog.take("status", id);
    assertEquals([status.code, status.message], [found, found === 15 ? undefined : 2]);
  }
  await near.close();
});

test("MemoryInbound returns the credit of lost messages, so that their sender goes on", async () => {
  const limits = { streamWindowMessages: 2 };
  const [near, far] = createMemoryTransportPair({ limits, loss: 1 });
  new MessageLog(near.incomingMessages);
  new MessageLog(far.incomingMessages);
  const id = near.openStream(opening());
  for (let count = 0; count < 100; count++) await near.sendMessage(id, count);
  const last = [near.sendMessage(id, 1), near.sendMessage(id, 2), near.sendMessage(id, 3)];
  for (const one of last) one?.catch(() => {});
  assertEquals(last.some((one) => one !== undefined), true, "the window is gone");
  await settle();
  await near.close();
});

test("MemoryInbound drops what waits when a status comes", async () => {
  const limits = { streamWindowMessages: 1 };
  const [near, far] = createMemoryTransportPair({ limits });
  const farLog = new MessageLog(far.incomingMessages);
  new MessageLog(near.incomingMessages);
  const id = near.openStream(opening());
  near.sendMessage(id, 1);
  const waiting = near.sendMessage(id, 2);
  await farLog.take("open", id);
  far.endStream(id, ending());
  await assertStatus(waiting ?? Promise.resolve(), 1, "the peer ended the call");
  await near.close();
});
