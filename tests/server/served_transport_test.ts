import { ServedTransport } from "../../src/server/served_transport.ts";
import { assertEquals } from "../support/assert.ts";
import { settle } from "../support/fake_clock.ts";
import { createMemoryClient } from "../support/server_socket.ts";
import { test } from "../support/test.ts";

test("ServedTransport tells once when it is ready and once when it is closed", async () => {
  const { far, endpoint } = createMemoryClient();
  const events: string[] = [];
  const transport = new ServedTransport(far, {}, {
    onReady: () => events.push("ready"),
    onClose: (done) => void done.then(() => events.push("closed")),
    onLost: () => events.push("lost"),
    onSocketClosed: () => events.push("socket closed"),
  });
  await settle();
  assertEquals(events, ["ready"]);
  await Promise.all([transport.close(), transport.close()]);
  assertEquals(events.toSorted(), ["closed", "ready", "socket closed"]);
  await endpoint.close();
});
