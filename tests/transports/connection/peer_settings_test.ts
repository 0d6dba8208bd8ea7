import { createLimits } from "../../../src/protocol/limits.ts";
import { nativeWire } from "../../../src/protocol/native/native_wire.ts";
import { createHello, initialPeer } from "../../../src/transports/connection/peer_settings.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

test("createHello() announces the limits of this side", () => {
  const hello = createHello(
    nativeWire,
    createLimits({
      maxMessageBytes: 1,
      maxMetadataBytes: 2,
      maxStreams: 3,
      streamWindowBytes: 4,
      streamWindowMessages: 5,
      connectionWindowBytes: 6,
    }),
  );
  const { maxMessageBytes, maxMetadataBytes, maxStreams, version } = hello;
  assertEquals([maxMessageBytes, maxMetadataBytes, maxStreams, version], [1, 2, 3, 1]);
  const { streamWindowBytes, streamWindowMessages, connectionWindowBytes } = hello;
  assertEquals([streamWindowBytes, streamWindowMessages, connectionWindowBytes], [4, 5, 6]);
});

test("initialPeer() has the windows of the wire and the sizes of this side", () => {
  const limits = createLimits({ maxMessageBytes: 5_000_000, maxStreams: 7 });
  const peer = initialPeer(nativeWire, limits);
  const { initialHello } = nativeWire;
  assertEquals([peer.maxMessageBytes, peer.maxStreams], [5_000_000, 7]);
  assertEquals(peer.streamWindowBytes, initialHello.streamWindowBytes);
  assertEquals(peer.streamWindowMessages, initialHello.streamWindowMessages);
  assertEquals(peer.connectionWindowBytes, initialHello.connectionWindowBytes);
});
