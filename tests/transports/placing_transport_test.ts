import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { findPlacing, hasMethodsOf } from "../../src/transports/placing_transport.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { test } from "../support/test.ts";

class Renamed extends RpcWebSocketCallerTransport {
  protected override connectionReady(): void {}
}

class Delaying extends RpcWebSocketCallerTransport {
  override waitForRoom(): Promise<void> {
    return Promise.resolve();
  }
}

class Counting extends RpcWebSocketCallerTransport {
  override sendMessage(streamId: number, message: unknown): Promise<void> | undefined {
    return super.sendMessage(streamId, message);
  }
}

type TransportClass = typeof RpcWebSocketCallerTransport;

async function places(
  Class: TransportClass,
  around = (transport: RpcWebSocketCallerTransport): RpcWebSocketCallerTransport => transport,
): Promise<boolean> {
  const [near, far] = FakeSocket.pair();
  await using transport = new Class(near);
  far.open();
  near.open();
  return findPlacing(around(transport)) !== undefined;
}

test("findPlacing() finds transports that send as the package does", async () => {
  assert(await places(RpcWebSocketCallerTransport));
  assert(await places(Renamed));
});

test("findPlacing() finds none that sends in a way of its own", async () => {
  assert(!await places(Delaying));
  assert(!await places(Counting));
  const patch = (transport: RpcWebSocketCallerTransport): RpcWebSocketCallerTransport =>
    Object.assign(transport, { sendMessage: () => undefined });
  assert(!await places(RpcWebSocketCallerTransport, patch));
  const wrap = (transport: RpcWebSocketCallerTransport): RpcWebSocketCallerTransport =>
    new Proxy(transport, {
      get: (target, name) => name === "sendMessage" ? () => undefined : Reflect.get(target, name),
    });
  assert(!await places(RpcWebSocketCallerTransport, wrap));
});

test("findPlacing() finds no transport that has no bytes", () => {
  assertEquals(createMemoryTransportPair().map(findPlacing), [undefined, undefined]);
});

test("hasMethodsOf() compares the methods that it is given", () => {
  const [one, other] = createMemoryTransportPair();
  const changed = { sendMessage: () => undefined, sendHeaders: one.sendHeaders };
  assert(hasMethodsOf(one, other, ["sendMessage", "sendHeaders"]));
  assert(hasMethodsOf(one, changed, ["sendHeaders"]));
  assert(!hasMethodsOf(one, changed, ["sendMessage", "sendHeaders"]));
});
