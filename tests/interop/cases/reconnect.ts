/** A server that goes away and comes back. */
import { RpcStatus } from "../../../src/protocol/status.ts";
import type { RpcConnectionLoss } from "../../../src/transports/websocket/base.ts";
import { assertEquals, assertStatus } from "../../support/assert.ts";
import type { InteropContext } from "../context.ts";
import type { StreamingOutputCallRequest } from "../contract.ts";
import { assertPayload, Feed, readNext } from "../payloads.ts";
import { Relay } from "../relay.ts";

/** One loss is told once; calls in flight end, and after reconnecting by hand calls work again. */
export async function reconnect(context: InteropContext): Promise<void> {
  await using relay = await Relay.start(context.url);
  const losses: RpcConnectionLoss[] = [];
  const { client, transport } = context.connect({
    url: relay.url,
    onConnectionLost: (loss) => losses.push(loss),
  });
  assertEquals(await client.EmptyCall({}), {});
  const requests = new Feed<StreamingOutputCallRequest>({ responseParameters: [{ size: 1 }] });
  const reader = client.FullDuplexCall(requests.source)[Symbol.asyncIterator]();
  assertPayload(await readNext(reader), 1);
  const [lost] = await Promise.all([
    assertStatus(reader.next(), RpcStatus.UNAVAILABLE),
    relay.goDown(),
  ]);
  assertEquals(lost.maybeExecuted, true);
  assertEquals(losses.length, 1);
  const refused = await assertStatus(client.EmptyCall({}), RpcStatus.UNAVAILABLE);
  assertEquals(refused.maybeExecuted, false);
  assertEquals(transport.health().level, "degraded");

  await relay.comeBack();
  const [health, same] = await Promise.all([transport.reconnect(), transport.reconnect()]);
  assertEquals([health.level, same.level], ["healthy", "healthy"]);
  assertEquals(relay.accepted, 2);
  assertEquals(await client.EmptyCall({}), {});
  assertEquals(losses.length, 1);
}
