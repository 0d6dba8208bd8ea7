import type { RpcLimits } from "../../../src/protocol/limits.ts";
import { RpcStatus } from "../../../src/protocol/status.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { RawPeer } from "../../support/raw_peer.ts";
import { test } from "../../support/test.ts";

/** Sends pings until the connection ends; answers how many were answered. */
async function pingUntilEnd(peer: RawPeer, most: number): Promise<number> {
  for (let token = 0; token < most && peer.losses.length === 0; token++) {
    peer.send({ kind: "ping", token });
  }
  const frames = await peer.take();
  assert(frames.every(({ kind }) => kind === "pong"), "something else was sent");
  return frames.length;
}

async function checkBurst(limits: Partial<RpcLimits>, burst: number): Promise<void> {
  const peer = new RawPeer({ limits });
  assertEquals(await pingUntilEnd(peer, burst), burst);
  assertEquals(peer.losses, []);
  peer.send({ kind: "ping", token: 1 });
  const [loss] = peer.losses;
  assertEquals([loss?.code, loss?.closeCode, loss?.by], [RpcStatus.INTERNAL, 4429, "us"]);
  assertEquals(loss?.text, `Too many pings (max: ${limits.pingsPerSecond ?? 16} a second)`);
}

test("PingAnswers.answer() bears a burst of 256 pings, and ends the connection with one more", () => {
  return checkBurst({}, 256);
});

test("PingAnswers.answer() bears the burst that it is told", () => {
  return checkBurst({ pingBurst: 2, pingsPerSecond: 5 }, 2);
});

test("PingAnswers.answer() bears 16 pings a second for ever, with the same tokens", async () => {
  const peer = new RawPeer();
  await pingUntilEnd(peer, 256);
  for (let second = 0; second < 20; second++) {
    await peer.clock.advance(1000);
    peer.send(...Array.from({ length: 16 }, (_, token) => ({ kind: "ping" as const, token })));
    const tokens = (await peer.take()).map((frame) => frame.kind === "pong" ? frame.token : NaN);
    assertEquals(tokens, Array.from({ length: 16 }, (_, token) => token));
  }
  assertEquals(peer.losses, []);
  peer.send({ kind: "ping", token: 1 });
  assertEquals(peer.losses.length, 1);
});
