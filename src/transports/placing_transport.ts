import type { Placed, PlacedValue } from "../internal/placed_value.ts";
import type { IRpcTransport } from "./transport.ts";

/** A transport that can encode messages where they leave from. */
export interface PlacingTransport {
  /** What has the methods that `placeMessage` does the same as. */
  readonly placesLike: Pick<IRpcTransport, "sendMessage" | "waitForRoom">;
  /**
   * Sends a message of a stream, if it can go out at once.
   *
   * @returns How many bytes it has; or its bytes, which are to be sent in the usual way, as all is when
   *   it is undefined
   * @throws {unknown} When the value cannot be encoded
   */
  placeMessage(streamId: number, value: PlacedValue): Placed | undefined;
}

/** What a transport that keeps or changes messages does in its own way. */
export const SENDING = ["openStream", "sendMessage", "endStream"] as const;
/** What a transport does in its own way that says when messages of a stream leave. */
const STREAMING = ["sendMessage", "waitForRoom"] as const;

/** Whether a transport does something as another one does. */
export function hasMethodsOf<K extends keyof IRpcTransport>(
  transport: Pick<IRpcTransport, K>,
  other: Pick<IRpcTransport, K>,
  names: readonly K[],
): boolean {
  return names.every((name) => transport[name] === other[name]);
}

/**
 * The transport, if it places messages. One that sends in a way of its own does not: a subclass, or
 * something around it.
 */
export function findPlacing(transport: IRpcTransport): PlacingTransport | undefined {
  // Whether it is one is looked at next.
  const { placesLike } = transport as Partial<PlacingTransport>;
  if (placesLike === undefined || !hasMethodsOf(transport, placesLike, STREAMING)) return undefined;
  // What has one of its members has both.
  return transport as IRpcTransport & PlacingTransport;
}
