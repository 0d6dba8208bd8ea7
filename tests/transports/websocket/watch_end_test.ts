import { lossByClose } from "../../../src/transports/connection/loss.ts";
import { watchEnd } from "../../../src/transports/websocket/watch_end.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeChannel } from "../../support/fake_channel.ts";
import { test } from "../../support/test.ts";

test("watchEnd() calls the function at the end of the connection, before its owner is told", () => {
  const told: unknown[] = [];
  const channel = new FakeChannel();
  const owner = watchEnd(
    { onConnectionEvent: (event, on) => told.push([event.kind, on === channel]) },
    () => told.push("end"),
  );
  owner.onConnectionEvent({ kind: "ready" }, channel);
  owner.onConnectionEvent({ kind: "ended", loss: lossByClose() }, channel);
  owner.onConnectionEvent({ kind: "channelClosed" }, channel);
  assertEquals(told, [["ready", true], "end", ["ended", true], ["channelClosed", true]]);
});
