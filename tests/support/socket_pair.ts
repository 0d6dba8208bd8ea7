import type {
  WebSocketEventLike,
  WebSocketLike,
} from "../../src/transports/websocket/web_socket_like.ts";

type Listener = (event: WebSocketEventLike) => void;

/** One end of a pair of sockets in memory; what one sends the other gets a microtask later. */
export class FakeSocket implements WebSocketLike {
  readyState = 0;
  protocol = "";
  bufferedAmount = 0;
  binaryType = "blob";
  /** Everything that was sent, for tests that count. */
  readonly sent: Uint8Array[] = [];
  /** Messages are kept back while this is true, and count as buffered. */
  isStalled = false;
  #peer: FakeSocket | undefined;
  readonly #held: Uint8Array[] = [];
  readonly #early: Uint8Array[] = [];
  readonly #listeners: Map<string, Set<Listener>> = new Map();

  /** Joins two sockets; neither is open yet. */
  static pair(): [FakeSocket, FakeSocket] {
    const near = new FakeSocket();
    const far = new FakeSocket();
    near.#peer = far;
    far.#peer = near;
    return [near, far];
  }

  /** Opens this end. */
  open(protocol = "rpc-ts.v1"): void {
    this.protocol = protocol;
    this.readyState = 1;
    this.dispatch("open", {});
    for (const data of this.#early.splice(0)) queueMicrotask(() => this.#receive(data));
  }

  /** Number of listeners, to find leaks. */
  get listeners(): number {
    let count = 0;
    for (const set of this.#listeners.values()) count += set.size;
    return count;
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.readyState !== 1) throw new Error("socket is not open");
    const copy = data.slice();
    this.sent.push(copy);
    if (this.isStalled) {
      this.bufferedAmount += copy.length;
      this.#held.push(copy);
    } else this.#deliver(copy);
  }

  /** Lets the messages go that were kept back. */
  resume(): void {
    this.isStalled = false;
    this.bufferedAmount = 0;
    for (const data of this.#held.splice(0)) this.#deliver(data);
  }

  close(code = 1005, reason = ""): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    queueMicrotask(() => {
      this.lose(code, reason);
      this.#peer?.lose(code, reason);
    });
  }

  /** Ends this end as a lost connection does. */
  lose(code = 1006, reason = ""): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatch("close", { code, reason });
  }

  addEventListener(type: string, listener: Listener): void {
    const set = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, set.add(listener));
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  /** Tells the listeners of `type`. */
  dispatch(type: string, event: Omit<WebSocketEventLike, "type">): void {
    for (const listener of [...this.#listeners.get(type) ?? []]) listener({ type, ...event });
  }

  #deliver(data: Uint8Array): void {
    const peer = this.#peer;
    queueMicrotask(() => {
      if (peer !== undefined) peer.#receive(data);
    });
  }

  #receive(data: Uint8Array): void {
    // What comes before this end is open waits in the network.
    if (this.readyState === 0) this.#early.push(data);
    else if (this.readyState === 1) this.dispatch("message", { data: data.buffer });
  }
}
