import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { openFrame } from "../../support/native_frames.ts";
import { RawPeer } from "../../support/raw_peer.ts";
import { test } from "../../support/test.ts";
import { opening } from "../../support/transport_pair.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";

function goaway(lastStreamId: number, code = 14, reason = ""): Parameters<RawPeer["send"]>[0] {
  return { kind: "goaway", lastStreamId, code, reason };
}

test("GoingAway.receive() ends calls above the last stream with the peer's code, unexecuted", () => {
  const peer = new RawPeer();
  const ids = [1, 2, 3].map(() => peer.connection.openStream(opening()));
  peer.send(goaway(ids[1] ?? 0, RpcStatus.RESOURCE_EXHAUSTED, "Too many of you"));
  assertEquals(ids.map((id) => peer.kinds(id)), [[], [], ["status"]]);
  const [status] = peer.messages;
  assert(status?.kind === "status");
  assertEquals([status.code, status.text], [RpcStatus.RESOURCE_EXHAUSTED, "Too many of you"]);
  assertEquals(status.maybeExecuted, false);
});

test("GoingAway.receive() takes a code that says nothing for UNAVAILABLE", () => {
  const peer = new RawPeer();
  const id = peer.connection.openStream(opening());
  peer.send(goaway(0, RpcStatus.OK));
  const [status] = peer.messages;
  assert(status?.kind === "status" && status.streamId === id);
  assertEquals([status.code, status.text], [RpcStatus.UNAVAILABLE, "Peer is going away"]);
});

test("GoingAway.receive() lets no call be opened any more, not even by who hears of it", () => {
  const peer = new RawPeer();
  peer.send(goaway(2 ** 53 - 1));
  const error = assertThrows(() => peer.connection.openStream(opening()), RpcError, "going away");
  assertEquals([error.code, error.maybeExecuted], [RpcStatus.UNAVAILABLE, false]);
});

test("GoingAway.receive() takes a lower last stream later, and ignores a higher one", () => {
  const peer = new RawPeer();
  const ids = [1, 2, 3].map(() => peer.connection.openStream(opening()));
  peer.send(goaway(5), goaway(7), goaway(3), goaway(5));
  assertEquals(ids.map((id) => peer.kinds(id)), [[], [], ["status"]]);
  peer.send(goaway(0), goaway(0));
  assertEquals(ids.map((id) => peer.kinds(id)), [["status"], ["status"], ["status"]]);
});

test("GoingAway.receive() costs nothing when it is said again and again", () => {
  const peer = new RawPeer({ side: "responder" });
  for (let id = 1; id < 8192; id += 2) peer.send(openFrame({ streamId: id }));
  for (let count = 0; count < 100; count++) peer.connection.openStream(opening());
  const frames = Array.from({ length: 10_000 }, (_, index) => goaway(1_000_000 - index));
  const start = performance.now();
  for (let count = 0; count < 10; count++) peer.send(...frames);
  // Looking through 4196 streams each time would take 100 000 times as long as once.
  assert(performance.now() - start < 2000, "each one looks through the streams");
  assertEquals([peer.losses, peer.connection.openStreams], [[], 4196]);
});

test("GoingAway.start() tells the peer once, and refuses what it opens from then on", async () => {
  const peer = new RawPeer({ side: "responder" });
  peer.send(openFrame({ streamId: 7 }));
  peer.connection.goAway("Later");
  peer.connection.goAway("Again");
  assertEquals(await peer.take(), [goaway(7, 14, "Later")]);
  peer.send(openFrame({ streamId: 9 }));
  const [status] = await peer.take();
  assert(status?.kind === "status" && status.streamId === 9);
  assertEquals([status.code, status.maybeExecuted], [RpcStatus.UNAVAILABLE, false]);
});
