/** Stands between a client and its server, so that a case can take the server away and give it back. */
import { connect, createServer, type Server, type Socket } from "node:net";

const HOST = "127.0.0.1";

/** Hands bytes on in both directions, until it goes down. */
export class Relay implements AsyncDisposable {
  /** Where clients find the server now. */
  readonly url: string;
  /** Connections that were made through it. */
  accepted = 0;
  readonly #target: URL;
  readonly #port: number;
  readonly #sockets: Set<Socket> = new Set();
  #server: Server | undefined;

  private constructor(target: URL, server: Server) {
    this.#target = target;
    this.#port = portOf(server);
    this.url = `ws://${HOST}:${this.#port}${target.pathname}`;
    this.#serve(server);
  }

  /** Starts a relay in front of a server. */
  static async start(url: string): Promise<Relay> {
    return new Relay(new URL(url), await listen(0));
  }

  /** Cuts every connection and refuses new ones. */
  async goDown(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    if (server === undefined) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Accepts connections again, at the same address. */
  async comeBack(): Promise<void> {
    this.#serve(await listen(this.#port));
  }

  /** The same as going down for good. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.goDown();
  }

  #serve(server: Server): void {
    this.#server = server;
    server.on("connection", (near) => {
      this.accepted++;
      const far = connect(Number(this.#target.port), this.#target.hostname);
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.pipe(to);
    // The end of one side is the end of both; a close follows every error.
    from.on("error", () => {});
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(port, HOST, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === "object" && address !== null) return address.port;
  throw new TypeError("The relay has no port");
}
