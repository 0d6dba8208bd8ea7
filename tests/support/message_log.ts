import type { RpcMessageFeed, RpcTransportMessage } from "../../src/transports/message.ts";

type Kind = RpcTransportMessage["kind"];
type OfKind<K extends Kind> = RpcTransportMessage & { readonly kind: K };

/** Everything that came in on a transport, for tests that wait for some of it. */
export class MessageLog {
  /** All messages, in order. */
  readonly all: RpcTransportMessage[] = [];
  readonly #left: RpcTransportMessage[] = [];
  readonly #waiting: Set<() => void> = new Set();
  /** Called for each message. */
  onMessage: (message: RpcTransportMessage) => void = () => {};

  /** Listens to a feed. */
  constructor(feed: RpcMessageFeed) {
    feed.listen((message) => {
      this.all.push(message);
      this.#left.push(message);
      this.onMessage(message);
      for (const check of [...this.#waiting]) check();
    });
  }

  /** Takes the first message of a kind out, on a stream if given; waits for it. */
  async take<K extends Kind>(kind: K, streamId?: number): Promise<OfKind<K>> {
    const isIt = (message: RpcTransportMessage): message is OfKind<K> =>
      message.kind === kind && (streamId === undefined || message.streamId === streamId);
    await this.until(() => this.#left.some(isIt));
    const index = this.#left.findIndex(isIt);
    const [message] = this.#left.splice(index, 1);
    if (message === undefined || !isIt(message)) throw new Error("another test took the message");
    return message;
  }

  /** Waits until a condition holds, which is asked at every message. */
  until(isMet: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!isMet()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** What came on a stream, by kind. */
  kinds(streamId: number): Kind[] {
    return this.on(streamId).map(({ kind }) => kind);
  }

  /** What came on a stream. */
  on(streamId: number): RpcTransportMessage[] {
    return this.all.filter((message) => message.streamId === streamId);
  }

  /** The texts of the messages that came on a stream, in whatever frames. */
  texts(streamId: number): string[] {
    return this.on(streamId).flatMap((message) =>
      "message" in message && message.message !== undefined ? [textOf(message.message)] : []
    );
  }
}

/** The text whose bytes a message is. */
export function textOf(message: unknown): string {
  if (!(message instanceof Uint8Array)) throw new TypeError("the message is no bytes");
  return new TextDecoder().decode(message);
}
