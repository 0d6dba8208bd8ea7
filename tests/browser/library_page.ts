/// <reference lib="dom" />
/** Runs in a browser: the library there, called by the test through `check(name)`. */
import { implement, RpcError, RpcPeerEndpoint, RpcWebSocketCallerTransport } from "../../mod.ts";
import { PageProbe, Probe } from "./probe.ts";

const peer = new RpcPeerEndpoint({
  // A path is enough on a page.
  transport: RpcWebSocketCallerTransport.connect("/rpc"),
  contracts: [implement(PageProbe, { title: () => document.title })],
});
peer.start();
const probe = peer.client(Probe);

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

async function findCode(call: Promise<unknown>): Promise<number | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error instanceof RpcError ? error.code : undefined;
  }
}

/** Waits until so many handlers were given up; each question is a round trip. */
async function waitForGivenUp(count: number): Promise<boolean> {
  for (let attempt = 0; attempt < 2000; attempt++) {
    if (await probe.givenUp(null) >= count) return true;
  }
  return false;
}

/** Every check answers with plain data, as it leaves the page as JSON. */
const CHECKS: Record<string, () => Promise<unknown>> = {
  async unary() {
    const at = new Date(86_400_000);
    const value = { text: "Grüße 🎉", at, big: 2n ** 60n, bytes: new Uint8Array([1, 2, 255]) };
    // The server sends back what it got.
    const back = await probe.echo(value) as typeof value;
    return [back.text, back.at.getTime(), String(back.big), [...back.bytes]];
  },
  async serverStream() {
    const numbers = await collect(probe.count({ to: 10_000 }));
    return [numbers.length, numbers.at(-1)];
  },
  clientStream: () => probe.add(Array.from({ length: 3000 }, (_, at) => at)),
  bidirectional: () => collect(probe.double([1, 2, 3])),
  async leavingTheLoop() {
    const before = await probe.givenUp(null);
    for await (const number of probe.count({ to: 1_000_000_000 })) {
      if (number === 100) break;
    }
    return await waitForGivenUp(before + 1);
  },
  async cancel() {
    const before = await probe.givenUp(null);
    const controller = new AbortController();
    const code = findCode(probe.wait(null, { signal: controller.signal }));
    await peer.ping();
    controller.abort();
    return [await code, await waitForGivenUp(before + 1)];
  },
  deadline: () => findCode(probe.wait(null, { timeoutMs: 50 })),
  async largeMessage() {
    const bytes = new Uint8Array(3 * 1024 * 1024);
    for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 31) ^ (at >> 8);
    const sent = probe.echo(bytes);
    // A ping is not kept waiting by the pieces of a large message.
    const ping = peer.ping().then(() => "ping");
    const first = await Promise.race([sent.then(() => "message"), ping]);
    const back = await sent;
    const isSame = back instanceof Uint8Array && back.length === bytes.length &&
      back.every((byte, at) => byte === bytes[at]);
    return [isSame, first];
  },
  async error() {
    try {
      await probe.fail(null);
      return undefined;
    } catch (error) {
      return error instanceof RpcError ? [error.code, error.rawMessage] : undefined;
    }
  },
  askPage: () => probe.askPage(null),
  async health() {
    const { roundTripMs } = await peer.ping();
    return [peer.health().isHealthy, roundTripMs >= 0, peer.activeCalls];
  },
};

Object.assign(globalThis, { check: (name: string) => CHECKS[name]?.() });
