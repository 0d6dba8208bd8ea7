import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { watch } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import { connectToHand } from "../support/hand_driven.ts";
import { statusFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

test("sendPing() opens a call without a message, and measures with its clock", async () => {
  const { endpoint, peer, clock, close } = await connectToHand();
  const ping = endpoint.ping();
  await peer.send();
  const frames = peer.take();
  const [open] = frames;
  assert(open?.kind === "open" && frames.length === 1);
  assertEquals([open.path, open.message, open.end], ["/_rpc.System/Ping", undefined, true]);
  await clock.advance(42);
  await peer.send(statusFrame());
  assertEquals((await ping).roundTripMs, 42);
  await close();
});

test("sendPing() fails when no answer comes in time, and leaves nothing", async () => {
  const { endpoint, peer, clock, close } = await connectToHand();
  for (let round = 0; round < 20; round++) {
    const failed = assertStatus(endpoint.ping({ timeoutMs: 50 }), RpcStatus.DEADLINE_EXCEEDED);
    await clock.advance(50);
    await failed;
  }
  assertEquals([endpoint.activeCalls, endpoint.transport.openStreams, clock.pending], [0, 0, 0]);
  await peer.send();
  await close();
});

test("sendPing() takes a status for what it is, and ignores messages", async () => {
  const { endpoint, peer, close } = await connectToHand();
  const refused = assertStatus(endpoint.ping(), RpcStatus.UNIMPLEMENTED);
  await peer.send(statusFrame({ code: 12 }));
  await refused;
  const answered = endpoint.ping();
  const message = { kind: "message", streamId: 3, message: new Uint8Array(9) } as const;
  await peer.send({ ...message, more: false, compressed: false });
  await peer.send(statusFrame({ streamId: 3, messages: 1 }));
  await answered;
  await close();
});

testOnEach(
  "sendPing() ends with the connection, by its signal, and after the end",
  async (links) => {
    const pair = await links.connect({ idle: true });
    const controller = new AbortController();
    const cancelled = watch(pair.caller.ping({ signal: controller.signal }));
    const lost = watch(pair.caller.ping());
    await pair.settle();
    controller.abort();
    pair.lose();
    await pair.settle();
    const later = watch(pair.caller.ping());
    await pair.caller.close();
    const last = watch(pair.caller.ping());
    await pair.settle();
    const codes = [cancelled, lost, later, last].map(({ outcome }) =>
      outcome.kind === "failed" && outcome.error instanceof RpcError ? outcome.error.code : -1
    );
    assertEquals(codes, [
      RpcStatus.CANCELLED,
      RpcStatus.UNAVAILABLE,
      RpcStatus.UNAVAILABLE,
      RpcStatus.FAILED_PRECONDITION,
    ]);
    // The responder has not begun to listen, so it forgets what came when it does.
    pair.responder.start();
    await pair.assertIdle();
  },
);
