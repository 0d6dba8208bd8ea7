import { RpcEndpointPingProtocol } from "../../src/endpoints/ping_protocol.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { testOnEach } from "../support/endpoint_pair.ts";
import { test } from "../support/test.ts";

test("RpcEndpointPingProtocol names the built-in method, and is frozen", () => {
  assertEquals(RpcEndpointPingProtocol.path, "/_rpc.System/Ping");
  assert(Object.isFrozen(RpcEndpointPingProtocol));
});

testOnEach(
  "RpcEndpointPingProtocol.ping() pings through an endpoint, with its options",
  async (links) => {
    const pair = await links.connect();
    assertEquals((await RpcEndpointPingProtocol.ping(pair.caller)).roundTripMs, 0);
    assertEquals((await RpcEndpointPingProtocol.ping(pair.responder)).roundTripMs, 0);
    const signal = AbortSignal.abort();
    await assertStatus(RpcEndpointPingProtocol.ping(pair.caller, { signal }), RpcStatus.CANCELLED);
  },
);
