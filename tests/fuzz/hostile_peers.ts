/** Connections on which one side lies, over sockets in memory and over real ones. */
import { RpcPeerEndpoint } from "../../src/endpoints/peer.ts";
import type { RpcClient } from "../../src/contracts/client.ts";
import { decodeBatch, encodeBatch } from "../../src/protocol/batch.ts";
import type { RpcFrame } from "../../src/protocol/frame.ts";
import { DEFAULT_LIMITS } from "../../src/protocol/limits.ts";
import { nativeWire } from "../../src/protocol/native/native_wire.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import type { RpcWebSocketServer } from "../../src/server/web_socket_server.ts";
import { isCounted } from "../../src/transports/connection/batch_acks.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/websocket/caller.ts";
import type { WebSocketLike } from "../../src/transports/websocket/web_socket_like.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { type Outcome, watch } from "../support/box.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { helloFrame, openFrame } from "../support/native_frames.ts";
import type { Random } from "../support/random.ts";
import { FakeSocket } from "../support/socket_pair.ts";
import { CLIENT_LIES, Liar, type Lie, pickLies, SERVER_LIES, tellLies } from "./lies.ts";
import { handshakeText, OPCODE, RawSocket, socketFrame } from "./raw_socket.ts";
import { createTarget, Target, type TargetProbe } from "./target.ts";

/** The lies of a connection, to be named when something goes wrong. */
export function namesOf(lies: readonly Lie[]): string {
  return lies.map(({ name }) => name).join("; ");
}

/** A liar on a socket of any make. */
export function liarOn(
  socket: WebSocketLike & { send(data: Uint8Array<ArrayBuffer> | string): void },
  options: { random: Random; isOpener: boolean },
): Liar {
  const say = (data: Uint8Array<ArrayBuffer> | string): void => {
    // It may have been closed for an earlier lie.
    if (socket.readyState !== 1) return;
    try {
      socket.send(data);
    } catch {
      // Bun drops what is empty, or too much.
    }
  };
  const liar = new Liar({ send: say, sendText: say }, options);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    if (data instanceof ArrayBuffer) liar.hear(new Uint8Array(data));
    else if (ArrayBuffer.isView(data)) {
      liar.hear(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  });
  return liar;
}

/** An end of a socket in memory that also sends text, and drops what comes too late. */
class LooseSocket {
  readonly #own: FakeSocket;
  readonly #far: FakeSocket;

  constructor(own: FakeSocket, far: FakeSocket) {
    this.#own = own;
    this.#far = far;
  }

  send(data: Uint8Array<ArrayBuffer> | string): void {
    if (this.#own.readyState !== 1) return;
    if (typeof data === "string") this.#far.dispatch("message", { data });
    // An honest peer never sends one, and nobody else's test needs it.
    else if (data.length === 0) this.#far.dispatch("message", { data: new ArrayBuffer(0) });
    else this.#own.send(data);
  }
}

function liarInMemory(
  [own, far]: [FakeSocket, FakeSocket],
  options: { random: Random; isOpener: boolean },
): Liar {
  const loose = new LooseSocket(own, far);
  const send = (data: Uint8Array<ArrayBuffer> | string): void => loose.send(data);
  const liar = new Liar({ send, sendText: send }, options);
  own.addEventListener("message", ({ data }) => {
    if (data instanceof ArrayBuffer) liar.hear(new Uint8Array(data));
  });
  return liar;
}

/** Lets everything run that waits for a few turns. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await settle();
}

/** How a liar leaves: with a word, without, or not at all. */
function leave(socket: FakeSocket, far: FakeSocket, random: Random): void {
  const codes = [1000, 1001, 1002, 1005, 1006, 1011, 3000, 4000, 4400, 4429, 4999] as const;
  switch (random.below(3)) {
    case 0:
      return socket.close(random.pick(codes), "x".repeat(random.below(200)));
    case 1:
      socket.lose();
      return far.lose();
  }
}

/** A client lies to a server in memory. */
export async function lieToServer(
  server: RpcWebSocketServer,
  { random, index }: { random: Random; index: number },
): Promise<void> {
  const [own, far] = FakeSocket.pair();
  const liar = liarInMemory([own, far], { random, isOpener: true });
  const endpoint = server.accept(far);
  assert(endpoint !== undefined, "the server took no connection");
  own.open();
  far.open();
  // The server is one that calls as well.
  const called = watch(endpoint.client(Target).echo(new Uint8Array(3)));
  const lies = pickLies(CLIENT_LIES, random, index);
  tellLies(liar, lies);
  await turns(3);
  leave(own, far, random);
  await turns(2);
  // What has not left by itself is shown out.
  await endpoint.close();
  await turns(1);
  const left = [endpoint.activeCalls, endpoint.transport.openStreams, called.settled];
  assertEquals(left, [0, 0, 1], namesOf(lies));
  assertEquals(far.listeners <= 1, true, "listeners are left on the socket");
}

/** What a client tries with a server that lies. */
export function callEverything(client: RpcClient<typeof Target>): { outcome: Outcome<unknown> }[] {
  const bytes = new Uint8Array(10);
  const one = async (stream: AsyncIterable<unknown>): Promise<number> => {
    let count = 0;
    for await (const _item of stream) count++;
    return count;
  };
  const many = async function* (): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 3; count++) yield await Promise.resolve(bytes);
  };
  return [
    watch(client.echo(bytes)),
    watch(client.wait(bytes, { timeoutMs: 60_000 })),
    watch(client.collect(many())),
    watch(one(client.flood(bytes))),
    watch(one(client.mirror(many()))),
    watch(client.echo(new Uint8Array(300_000))),
  ];
}

export function checkOutcomes(calls: readonly { outcome: Outcome<unknown> }[], lies: string): void {
  for (const { outcome } of calls) {
    assert(outcome.kind !== "pending", `a call hangs: ${lies}`);
    if (outcome.kind !== "failed") continue;
    const { error } = outcome;
    assert(error instanceof RpcError && error.code !== RpcStatus.OK, `${String(error)}: ${lies}`);
  }
}

/** A server lies to a client in memory. */
export async function lieToClient(
  { random, index, probe }: { random: Random; index: number; probe: TargetProbe },
): Promise<void> {
  const clock = new FakeClock();
  const [own, far] = FakeSocket.pair();
  const liar = liarInMemory([own, far], { random, isOpener: false });
  const transport = new RpcWebSocketCallerTransport(far, { clock });
  const endpoint = new RpcPeerEndpoint({ transport, clock, contracts: [probe.contract] });
  endpoint.start();
  own.open();
  far.open();
  const calls = callEverything(endpoint.client(Target));
  const ping = watch(endpoint.ping());
  await turns(2);
  const lies = pickLies(SERVER_LIES, random, index);
  tellLies(liar, lies);
  await turns(3);
  // Calls that are made meanwhile, and afterwards, end as well.
  calls.push(...callEverything(endpoint.client(Target)));
  leave(own, far, random);
  await turns(2);
  await endpoint.close();
  calls.push(...callEverything(endpoint.client(Target)));
  await turns(3);
  checkOutcomes([...calls, ping], namesOf(lies));
  const left = [endpoint.activeCalls, transport.openStreams, clock.pending];
  assertEquals(left, [0, 0, 0], namesOf(lies));
}

/** Calls a server again and again; fails when a call fails. */
export class Neighbour implements AsyncDisposable {
  readonly #endpoint: RpcPeerEndpoint;
  readonly #client: RpcClient<typeof Target>;
  readonly #running: Promise<void>;
  #isEnding = false;
  /** Calls that were answered. */
  served = 0;

  constructor(url: string) {
    const transport = RpcWebSocketCallerTransport.connect(url);
    this.#endpoint = new RpcPeerEndpoint({ transport, contracts: [createTarget().contract] });
    this.#endpoint.start();
    this.#client = this.#endpoint.client(Target);
    this.#running = this.#run();
    // It is waited for at the end; until then nobody hears of a failure.
    this.#running.catch(() => {});
  }

  /** Ends; fails when a call has failed. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#running;
    await this.#endpoint.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await this.#endpoint.close();
  }

  async #run(): Promise<void> {
    while (!this.#isEnding) {
      const length = 1 + this.served % 2000;
      const answer = await this.#client.echo(new Uint8Array(length), { timeoutMs: 30_000 });
      assertEquals(answer.length, length);
      const sum = await this.#client.collect([new Uint8Array(7), new Uint8Array(8)]);
      assertEquals(new TextDecoder().decode(sum), "15");
      this.served += 2;
    }
  }
}

/**
 * Grants a server more than there is, asks for a stream without end and reads it as fast as it comes.
 *
 * @returns Bytes that came
 */
export async function readGreedily(url: string, forMs: number): Promise<number> {
  const socket = new WebSocket(url, ["rpc-ts.v1"]);
  socket.binaryType = "arraybuffer";
  let bytes = 0;
  let batches = 0;
  const decoder = nativeWire.createDecoder(DEFAULT_LIMITS);
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    bytes += data.byteLength;
    // Without acknowledgements there would soon be nothing to read.
    const frames = decodeBatch(decoder, new Uint8Array(data));
    const isOne = frames.some(isCounted);
    if (isOne) batches++;
    const isAsked = frames.some(({ kind }) => kind === "prompt");
    if (isAsked || isOne && batches % 2 === 0) say({ kind: "ack", batches });
  };
  await new Promise((resolve) => socket.onopen = resolve);
  const all = Number.MAX_SAFE_INTEGER;
  const say = (...frames: readonly RpcFrame[]): void =>
    socket.send(encodeBatch(nativeWire.createEncoder(DEFAULT_LIMITS), frames));
  say(
    helloFrame({ streamWindowBytes: all, streamWindowMessages: all, connectionWindowBytes: all }),
    openFrame({ path: "/Target/flood", message: new Uint8Array(1), end: true }),
  );
  await new Promise((resolve) => setTimeout(resolve, forMs));
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  return bytes;
}

/** Longest time that a liar waits for a server to close. */
const PATIENCE_MS = 120;

/** A liar says hello over bare TCP and lies in well-formed messages. */
export async function lieOverSocket(
  url: string,
  { random, index }: { random: Random; index: number },
): Promise<void> {
  const socket = new RawSocket(url);
  assert(await socket.upgrade(url), `a good handshake was refused: ${socket.head}`);
  const liar = new Liar({
    send: (batch) => socket.write(socketFrame(batch)),
    sendText: (text) =>
      socket.write(socketFrame(new TextEncoder().encode(text), { opcode: OPCODE.text })),
  }, { random, isOpener: true });
  // One in four reads nothing of what it asks for.
  if (random.below(4) === 0) socket.pause();
  tellLies(liar, pickLies(CLIENT_LIES, random, index));
  await socket.until(() => false, random.below(PATIENCE_MS));
  await (random.below(2) === 0 ? socket.drop() : socket.reset());
}

/** Lies below the protocol: what RFC 6455 says that no client may send. */
export async function lieInFrames(url: string, random: Random): Promise<void> {
  const socket = new RawSocket(url);
  assert(await socket.upgrade(url), `a good handshake was refused: ${socket.head}`);
  const payload = new Uint8Array(random.below(300));
  for (let times = 1 + random.below(3); times > 0; times--) {
    random.pick(SOCKET_LIES)(socket, payload, random);
  }
  await socket.until(() => false, random.below(PATIENCE_MS));
  await (random.below(2) === 0 ? socket.drop() : socket.reset());
}

type SocketLie = (socket: RawSocket, payload: Uint8Array, random: Random) => void;

const CONTROLS = [OPCODE.close, OPCODE.ping, OPCODE.pong] as const;

const SOCKET_LIES: readonly [SocketLie, ...SocketLie[]] = [
  (socket, payload) => socket.write(socketFrame(payload, { isMasked: false })),
  (socket, payload, random) => {
    socket.write(socketFrame(payload, { reserved: random.pick([0x10, 0x20, 0x40, 0x70]) }));
  },
  (socket, payload, random) => {
    socket.write(socketFrame(payload, { opcode: random.pick([3, 4, 7, 11, 15]) }));
  },
  (socket, _payload, random) => {
    socket.write(socketFrame(new Uint8Array(126), { opcode: random.pick(CONTROLS) }));
  },
  (socket, _payload, random) => {
    socket.write(socketFrame(new Uint8Array(70_000), { opcode: random.pick(CONTROLS) }));
  },
  (socket, _payload, random) => {
    socket.write(socketFrame(new Uint8Array(5), { opcode: random.pick(CONTROLS), isFinal: false }));
  },
  (socket, _payload, random) => {
    const code = random.pick([0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535]);
    const close = Uint8Array.from([code >> 8, code & 0xff, 0xff, 0xfe]);
    socket.write(socketFrame(close.slice(0, random.below(5)), { opcode: OPCODE.close }));
  },
  (socket, payload) => socket.write(socketFrame(payload, { opcode: OPCODE.continuation })),
  (socket, payload) => {
    socket.write(socketFrame(payload, { isFinal: false }));
    socket.write(socketFrame(payload));
  },
  (socket) => {
    socket.write(socketFrame(new Uint8Array(1024), { isFinal: false }));
    const piece = socketFrame(new Uint8Array(16 * 1024), {
      isFinal: false,
      opcode: OPCODE.continuation,
    });
    for (let count = 0; count < 64; count++) socket.write(piece);
  },
  (socket, payload, random) => {
    const declaredLength = random.pick([2n ** 63n, 2n ** 64n - 1n, 2n ** 40n, 2n ** 26n, 70_000n]);
    socket.write(socketFrame(payload, { declaredLength }));
  },
  (socket, _payload, random) => {
    const ping = socketFrame(new Uint8Array(random.below(126)), { opcode: OPCODE.ping });
    for (let count = 0; count < 500; count++) socket.write(ping);
  },
  (socket) => {
    const empty = socketFrame(new Uint8Array(0));
    for (let count = 0; count < 500; count++) socket.write(empty);
  },
  (socket, payload, random) => {
    const frame = socketFrame(payload);
    socket.write(frame.subarray(0, random.below(frame.length)));
  },
  (socket, payload) => {
    for (const byte of socketFrame(payload)) socket.write(Uint8Array.of(byte));
  },
  (socket, payload) => {
    socket.write(socketFrame(new Uint8Array([3, 0xe8]), { opcode: OPCODE.close }));
    for (let count = 0; count < 20; count++) socket.write(socketFrame(payload));
  },
  (socket) => socket.write(socketFrame(Uint8Array.of(0xc3, 0x28), { opcode: OPCODE.text })),
  (socket, _payload, random) => {
    socket.write(Uint8Array.from({ length: 200 }, () => random.below(256)));
  },
];

/** Changes to the text of a good handshake. */
const REQUEST_LIES: readonly [RequestLie, ...RequestLie[]] = [
  (text, random) => dropLine(text, random),
  (text, random) => {
    const lines = text.trimEnd().split("\r\n");
    return `${[...lines, lines[random.below(lines.length)]].join("\r\n")}\r\n\r\n`;
  },
  (text) => text.replace(/Sec-WebSocket-Key: .*/, "Sec-WebSocket-Key: c2hvcnQ="),
  (text, random) =>
    text.replace("Version: 13", `Version: ${random.pick([0, 8, 14, "13, 8", "x"])}`),
  (text, random) => text.replace("GET", random.pick(["POST", "HEAD", "OPTIONS", "G E T", "get"])),
  (text, random) => text.replace("HTTP/1.1", random.pick(["HTTP/1.0", "HTTP/9.9", "HTTQ/1.1", ""])),
  (text, random) => text.replace("/rpc", random.pick(["/", "/other", "/rpc/../rpc", "//", "*"])),
  (text) => text.replace("\r\n\r\n", `\r\nX-Huge: ${"h".repeat(200_000)}\r\n\r\n`),
  (text) => text.replace("\r\n\r\n", `\r\n${"X-Many: m\r\n".repeat(2000)}\r\n`),
  (text) => text.replace("rpc-ts.v1", "a,".repeat(500)),
  (text) => text.replace("rpc-ts.v1", "rpc-ts.v1, rpc-ts.v1"),
  (text) => text.replace("\r\n\r\n", "\r\nOrigin: https://evil.example.com\r\n\r\n"),
  (text) => text.replace("\r\n\r\n", "\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
  (text) => text.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"),
  (text) => text.replace("\r\n\r\n", "\r\nX-Bad\u0000Name: \u0001\r\n folded\r\n\r\n"),
  (text) => text.replaceAll("\r\n", "\n"),
  (text) => text + text,
  (text) => text + String.fromCharCode(...socketFrame(new Uint8Array([1, 2, 3]))),
  (text, random) => text.slice(0, random.below(text.length)),
  () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  () => "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
  (_text, random) => String.fromCharCode(...Array.from({ length: 300 }, () => random.below(256))),
];

type RequestLie = (text: string, random: Random) => string;

function dropLine(text: string, random: Random): string {
  const lines = text.trimEnd().split("\r\n");
  lines.splice(1 + random.below(lines.length - 1), 1);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A request that is none, or is cut, or is two; whatever is answered, an answer it is. */
export async function lieInRequest(url: string, random: Random): Promise<void> {
  const socket = new RawSocket(url);
  let text = handshakeText(url);
  for (let times = 1 + random.below(2); times > 0; times--) {
    text = random.pick(REQUEST_LIES)(text, random);
  }
  const bytes = Uint8Array.from(text, (unit) => unit.charCodeAt(0) & 0xff);
  const cut = random.below(bytes.length + 1);
  socket.write(bytes.subarray(0, cut));
  // The second half comes a turn later, in a packet of its own.
  if (random.below(2) === 0) await settle();
  socket.write(bytes.subarray(cut));
  await socket.until(() => socket.receivedBytes > 0, random.below(PATIENCE_MS));
  const { head } = socket;
  // A preface of HTTP/2 is answered in HTTP/2, which begins with the length of a frame.
  const isAnswer = head === "" || head.startsWith("\0\0") || /^HTTP\/1\.[01] [1-5]\d\d/.test(head);
  assert(isAnswer, `an answer that is none: ${head}`);
  await (random.below(2) === 0 ? socket.drop() : socket.reset());
}
