import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { assert, assertEquals } from "./assert.ts";
import { FaultProxy, type FaultProxyOptions } from "./proxy.ts";
import { test } from "./test.ts";
import { until } from "./until.ts";

const MIB = 1024 * 1024;

/** A client and a server with a proxy between them. */
class Line implements AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly near: Socket;
  readonly far: Socket;
  readonly #server: Server;
  /** What the server accepted after `far`. */
  readonly #later: Socket[] = [];

  private constructor(server: Server, proxy: FaultProxy, sockets: readonly [Socket, Socket]) {
    this.#server = server;
    this.proxy = proxy;
    [this.near, this.far] = sockets;
    for (const socket of sockets) socket.on("error", () => {});
    server.on("connection", (socket: Socket) => this.#later.push(socket));
  }

  static async open(options: FaultProxyOptions = {}): Promise<Line> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert(address !== null && typeof address === "object");
    const proxy = await FaultProxy.start(`ws://127.0.0.1:${address.port}/rpc`, options);
    const accepted = once(server, "connection");
    const near = connect(Number(new URL(proxy.url).port), "127.0.0.1");
    // The one argument of that event.
    const [far] = await accepted as [Socket];
    return new Line(server, proxy, [near, far]);
  }

  /** Calls back with every socket that the server accepts from now on. */
  accepted(listener: (socket: Socket) => void): void {
    this.#server.on("connection", listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    for (const socket of [this.near, this.far, ...this.#later]) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** Keeps what comes in. */
function collect(socket: Socket): { bytes: number; text: string } {
  const taken = { bytes: 0, text: "" };
  socket.on("data", (bytes: Uint8Array) => {
    taken.bytes += bytes.length;
    if (taken.text.length < 1000) taken.text += Buffer.from(bytes).toString();
  });
  return taken;
}

test("FaultProxy hands bytes on in both directions, and an end", async () => {
  await using line = await Line.open();
  const [near, far] = [collect(line.near), collect(line.far)];
  line.near.write("up");
  line.far.end("down");
  await until(() => near.text === "down" && far.text === "up" && line.near.readableEnded);
  assertEquals(line.proxy.url.endsWith("/rpc"), true);
  await until(() => line.proxy.connections === 0);
  assertEquals(line.proxy.accepted, 1);
});

test("FaultProxy.stall() holds one direction back, with little memory, and loses nothing", async () => {
  await using line = await Line.open();
  const [near, far] = [collect(line.near), collect(line.far)];
  line.proxy.stall("down");
  line.far.write(new Uint8Array(64 * MIB));
  line.near.write("up");
  await until(() => far.text === "up");
  assert(line.far.writableLength > 0, "the stalled proxy read everything");
  assertEquals(near.bytes, 0);
  line.proxy.resume("down");
  await until(() => near.bytes === 64 * MIB);
});

test("FaultProxy.stall() holds for connections that are made later", async () => {
  await using line = await Line.open();
  line.proxy.stall();
  const late = connect(Number(new URL(line.proxy.url).port), "127.0.0.1");
  const echo = collect(late);
  line.accepted((socket) => socket.pipe(socket));
  late.write("late");
  await until(() => line.proxy.accepted === 2);
  line.near.write("held");
  const far = collect(line.far);
  line.proxy.resume("up");
  await until(() => far.text === "held");
  assertEquals(echo.text, "");
  line.proxy.resume("down");
  await until(() => echo.text === "late");
  late.destroy();
});

test("FaultProxy delays each direction, keeps the order, and does not slow the rate", async () => {
  const delayMs = 50;
  await using line = await Line.open({ delayMs });
  const near = collect(line.near);
  line.far.on("data", (bytes: Uint8Array) => line.far.write(bytes));
  const start = performance.now();
  for (let number = 0; number < 100; number++) line.near.write(`${number},`);
  await until(() => near.text.endsWith("99,"));
  const first = performance.now() - start;
  // A timer may be early by less than a millisecond.
  assert(first >= 2 * delayMs - 2, `there and back took ${first} ms`);
  assertEquals(near.text, Array.from({ length: 100 }, (_, number) => `${number},`).join(""));
});

test("FaultProxy.cut() and reset() end connections on both sides", async () => {
  for (const how of ["cut", "reset"] as const) {
    await using line = await Line.open();
    const ends: string[] = [];
    line.near.on("close", () => ends.push("near")).resume();
    line.far.on("close", () => ends.push("far")).resume();
    line.proxy[how]();
    await until(() => ends.length === 2);
    assertEquals([ends.sort(), line.proxy.connections], [["far", "near"], 0]);
  }
});
