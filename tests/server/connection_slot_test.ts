import { HeldSlot, type SlotOwner } from "../../src/server/connection_slot.ts";
import { assertEquals, assertThrows } from "../support/assert.ts";
import { createMemoryClient } from "../support/server_socket.ts";
import { test } from "../support/test.ts";

function createOwner() {
  const seen = { served: [] as unknown[], back: 0 };
  const owner: SlotOwner = {
    serve: (socket, peer) => {
      seen.served.push([socket, peer]);
      return undefined;
    },
    giveBack: () => void seen.back++,
  };
  return { owner, seen };
}

test("HeldSlot.release() gives the place back once", () => {
  const { owner, seen } = createOwner();
  const slot = new HeldSlot(owner);
  slot.release();
  slot.release();
  assertEquals([seen.back, seen.served.length], [1, 0]);
});

test("HeldSlot.accept() uses the place once, and leaves it to its owner to give it back", async () => {
  const { far: socket, endpoint } = createMemoryClient();
  const { owner, seen } = createOwner();
  const slot = new HeldSlot(owner);
  slot.accept(socket, { auth: 1 });
  slot.release();
  assertEquals([seen.back, seen.served], [0, [[socket, { auth: 1 }]]]);
  assertThrows(() => slot.accept(socket), TypeError, "used or given back before");
  await endpoint.close();
});
