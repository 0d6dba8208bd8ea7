/** A TCP proxy that makes faults: it stalls, delays, cuts and resets what goes through it. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { Fifo } from "../../src/internal/fifo.ts";

const HOST = "127.0.0.1";
/** A line that holds so much reads no more until some of it has gone on. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** `up` goes from the client to the server, `down` the other way. */
export type ProxyDirection = "up" | "down";

const BOTH: readonly ProxyDirection[] = ["up", "down"];

/** Settings of a {@linkcode FaultProxy}. */
export interface FaultProxyOptions {
  /** How long bytes are on their way, each way, in milliseconds; 0 unless given. */
  readonly delayMs?: number;
}

interface HeldChunk {
  readonly dueAt: number;
  /** Undefined for the end of the bytes. */
  readonly bytes: Uint8Array | undefined;
}

/** One direction of one connection: bytes come out in order, each as late as the line is long. */
class DelayLine {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #delayMs: number;
  readonly #held: Fifo<HeldChunk> = new Fifo();
  #heldBytes = 0;
  #isStalled = false;
  #isBlocked = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Bytes that have come out. */
  passedBytes = 0;

  constructor(from: Socket, to: Socket, delayMs: number) {
    this.#from = from;
    this.#to = to;
    this.#delayMs = delayMs;
    from.setNoDelay(true);
    from.on("data", (bytes: Uint8Array) => this.#push(bytes));
    from.on("end", () => this.#push(undefined));
    to.on("drain", () => {
      this.#isBlocked = false;
      this.#pass();
    });
    // A close follows every error.
    from.on("error", () => {});
    from.on("close", (hadError: boolean) => {
      // One that ended as it should has its end in the line.
      if (hadError || !from.readableEnded) to.destroy();
    });
    to.on("close", () => clearTimeout(this.#timer));
  }

  /** Stops reading, and holds what has been read. */
  stall(): void {
    this.#isStalled = true;
    this.#from.pause();
  }

  /** Ends the stall. */
  resume(): void {
    if (!this.#isStalled) return;
    this.#isStalled = false;
    this.#pass();
  }

  #push(bytes: Uint8Array | undefined): void {
    this.#held.push({ dueAt: performance.now() + this.#delayMs, bytes });
    this.#heldBytes += bytes?.length ?? 0;
    this.#pass();
  }

  readonly #pass = (): void => {
    clearTimeout(this.#timer);
    const now = performance.now();
    for (let next = this.#held.peek(); next && !this.#isStalled; next = this.#held.peek()) {
      if (this.#isBlocked) break;
      if (next.dueAt > now) {
        this.#timer = setTimeout(this.#pass, next.dueAt - now);
        break;
      }
      this.#held.shift();
      this.#write(next.bytes);
    }
    // What is on its way is no reason to read less, unless there is too much of it.
    const isFull = this.#heldBytes >= MAX_HELD_BYTES || (this.#isBlocked && this.#delayMs === 0);
    if (this.#isStalled || isFull) this.#from.pause();
    else if (this.#from.isPaused()) this.#from.resume();
  };

  #write(bytes: Uint8Array | undefined): void {
    this.#heldBytes -= bytes?.length ?? 0;
    // Nobody reads what comes after the end.
    if (this.#to.destroyed) return;
    if (bytes === undefined) {
      this.#to.end();
    } else {
      this.passedBytes += bytes.length;
      this.#isBlocked = !this.#to.write(bytes);
    }
  }
}

/** What goes through the proxy between two sockets. */
interface ProxiedConnection {
  readonly sockets: readonly Socket[];
  readonly lines: Readonly<Record<ProxyDirection, DelayLine>>;
}

/** Hands bytes on between clients and a server, until it is told to do worse. */
export class FaultProxy implements AsyncDisposable {
  /** Where clients find the server now. */
  readonly url: string;
  /** Connections that were made through it. */
  accepted = 0;
  readonly #target: URL;
  readonly #server: Server;
  readonly #delayMs: number;
  readonly #connections: Set<ProxiedConnection> = new Set();
  readonly #stalled: Set<ProxyDirection> = new Set();

  private constructor(target: URL, server: Server, options: FaultProxyOptions) {
    this.#target = target;
    this.#server = server;
    this.#delayMs = options.delayMs ?? 0;
    this.url = `ws://${HOST}:${portOf(server)}${target.pathname}`;
    server.on("connection", (near: Socket) => this.#join(near));
  }

  /** Starts a proxy in front of the server at an address. */
  static start(url: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true });
      server.on("error", reject);
      const target = new URL(url);
      server.listen(0, HOST, () => resolve(new FaultProxy(target, server, options)));
    });
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Bytes that have gone through the connections of now, both ways. */
  get passedBytes(): number {
    let bytes = 0;
    for (const { lines } of this.#connections) {
      bytes += lines.up.passedBytes + lines.down.passedBytes;
    }
    return bytes;
  }

  /** Reads no more in these directions, on connections of now and of later. */
  stall(...directions: readonly ProxyDirection[]): void {
    for (const direction of directions.length === 0 ? BOTH : directions) {
      this.#stalled.add(direction);
      for (const { lines } of this.#connections) lines[direction].stall();
    }
  }

  /** Ends the stall in these directions. */
  resume(...directions: readonly ProxyDirection[]): void {
    for (const direction of directions.length === 0 ? BOTH : directions) {
      this.#stalled.delete(direction);
      for (const { lines } of this.#connections) lines[direction].resume();
    }
  }

  /** Ends every connection without a word of WebSocket. */
  cut(): void {
    for (const socket of this.#sockets()) socket.destroy();
  }

  /** Resets every connection, as a machine does that has forgotten it. */
  reset(): void {
    for (const socket of this.#sockets()) socket.resetAndDestroy();
  }

  /** Cuts everything and listens no more. */
  [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #sockets(): Socket[] {
    return [...this.#connections].flatMap(({ sockets }) => sockets);
  }

  #join(near: Socket): void {
    this.accepted++;
    const far = connect({
      port: Number(this.#target.port),
      host: this.#target.hostname,
      allowHalfOpen: true,
    });
    const lines = {
      up: new DelayLine(near, far, this.#delayMs),
      down: new DelayLine(far, near, this.#delayMs),
    };
    const connection = { sockets: [near, far], lines };
    this.#connections.add(connection);
    near.on("close", () => this.#connections.delete(connection));
    for (const direction of this.#stalled) lines[direction].stall();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");
  return address.port;
}
