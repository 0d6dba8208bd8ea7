import type { RpcPeerEndpoint } from "../endpoints/peer.ts";
import type { WebSocketLike } from "../transports/websocket/web_socket_like.ts";
import type { RpcAcceptedPeer } from "./server_options.ts";

/** A place for one connection, held while its request is looked at. */
export interface RpcConnectionSlot {
  /**
   * Serves a socket in this place.
   *
   * @param socket The socket, open or opening; the server owns it from now on
   * @param peer What is known of the caller
   * @returns The endpoint; undefined when the server has stopped meanwhile, and the socket is closed
   * @throws {RangeError} When the sub-protocol is not one of this library
   * @throws {TypeError} When the place was used or given back before
   */
  accept(socket: WebSocketLike, peer?: RpcAcceptedPeer): RpcPeerEndpoint | undefined;
  /** Gives the place back; quiet after `accept`, which does it at the end of the connection. */
  release(): void;
}

/** Whose places are held. */
export interface SlotOwner {
  /** Serves a socket in a place, which is given back at the end of the connection, or at once. */
  serve(socket: WebSocketLike, peer: RpcAcceptedPeer): RpcPeerEndpoint | undefined;
  /** Takes a place back. */
  giveBack(): void;
}

/** A place that is given back or used, once. */
export class HeldSlot implements RpcConnectionSlot {
  readonly #owner: SlotOwner;
  #isHeld = true;

  constructor(owner: SlotOwner) {
    this.#owner = owner;
  }

  accept(socket: WebSocketLike, peer: RpcAcceptedPeer = {}): RpcPeerEndpoint | undefined {
    if (!this.#isHeld) {
      throw new TypeError("Cannot accept socket: its place was used or given back before");
    }
    this.#isHeld = false;
    return this.#owner.serve(socket, peer);
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#owner.giveBack();
  }
}
