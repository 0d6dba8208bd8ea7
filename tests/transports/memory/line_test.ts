import { createLimits } from "../../../src/protocol/limits.ts";
import { MemoryConnection } from "../../../src/transports/memory/connection.ts";
import { MemoryLine, type MemoryLineEnd } from "../../../src/transports/memory/line.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

class TestEnd implements MemoryLineEnd {
  isEnded = false;
  readonly events: string[] = [];
  createConnection(): MemoryConnection {
    this.events.push("create");
    return new MemoryConnection({
      side: "caller",
      limits: createLimits(),
      clock: new FakeClock(),
      latencyMs: 0,
      isLost: () => false,
      highestLocalId: 0,
      onMessage: () => {},
      onEnded: () => {},
    });
  }
  attach(): void {
    this.events.push("attach");
  }
  detach(): Promise<void> {
    this.events.push("detach");
    return Promise.resolve();
  }
}

function setUp(): { line: MemoryLine; near: TestEnd; far: TestEnd } {
  const line = new MemoryLine();
  const [near, far] = [new TestEnd(), new TestEnd()];
  line.add(near);
  assertEquals(near.events, []);
  line.add(far);
  return { line, near, far };
}

test("MemoryLine.add() connects with the second end", () => {
  const { near, far } = setUp();
  assertEquals([near.events, far.events], [["create", "attach"], ["create", "attach"]]);
});

test("MemoryLine.reconnect() is shared by both ends, and detaches the first who asks", async () => {
  const { line, near, far } = setUp();
  const asked = [line.reconnect(far), line.reconnect(near), line.reconnect(far)];
  assertEquals(line.isReconnecting, true);
  await Promise.all(asked);
  assertEquals(line.isReconnecting, false);
  assertEquals(far.events, ["create", "attach", "detach", "create", "attach"]);
  assertEquals(near.events, ["create", "attach", "create", "attach"]);
});

test("MemoryLine.reconnect() makes no connection when an end was closed meanwhile", async () => {
  const { line, near, far } = setUp();
  const reconnecting = line.reconnect(near);
  far.isEnded = true;
  await reconnecting;
  assertEquals([line.isUsable, line.isReconnecting], [false, false]);
  assertEquals(far.events, ["create", "attach"]);
});
