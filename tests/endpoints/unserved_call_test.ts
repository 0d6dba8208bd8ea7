import { answerUnserved } from "../../src/endpoints/unserved_call.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assertEquals } from "../support/assert.ts";
import { connectToHand } from "../support/hand_driven.ts";
import { openFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

test("answerUnserved() answers the ping, and refuses everything else", async () => {
  const { peer, close } = await connectToHand();
  await peer.send(
    openFrame({ streamId: 2, path: "/_rpc.System/Ping", end: true }),
    openFrame({ streamId: 4, path: "/acme.Box/one", end: true }),
  );
  const answers = peer.take().map((frame) =>
    frame.kind === "status" ? [frame.code, frame.text, frame.maybeExecuted] : frame.kind
  );
  assertEquals(answers, [
    [RpcStatus.OK, "", true],
    [RpcStatus.UNIMPLEMENTED, "Method acme.Box.one is not registered", false],
  ]);
  await close();
});

test("answerUnserved() says nothing on a stream that has gone", async () => {
  const { endpoint, peer, close } = await connectToHand();
  answerUnserved(endpoint.transport, openFrame({ streamId: 2, path: "/Box/one" }));
  await peer.send();
  assertEquals(peer.take(), []);
  await close();
});
