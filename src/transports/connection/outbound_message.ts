import type { RpcError } from "../../protocol/rpc_error.ts";
import type { EndReason } from "./end_reason.ts";
import type { Outbound, OutboundMessage, OutboundStatus, StreamState } from "./stream_state.ts";

/** A message to be sent, from its beginning unless told otherwise. */
export function outboundMessage(
  message: Uint8Array,
  given: Partial<Pick<OutboundMessage, "offset" | "done" | "reservedBytes">> = {},
): OutboundMessage {
  const { offset = 0, done, reservedBytes = 0 } = given;
  const deflation = undefined;
  return { kind: "outbound", message, compressed: false, deflation, reservedBytes, offset, done };
}

/** Puts a compressed message in the place of what waits. */
export function replaceMessage(
  outbound: OutboundMessage | OutboundStatus,
  message: Uint8Array,
): void {
  if (outbound.kind === "outboundStatus") {
    outbound.status = { ...outbound.status, message, compressed: true };
  } else {
    outbound.message = message;
    outbound.compressed = true;
  }
}

/**
 * Empties the outbox of a stream; those who wait for it are told why.
 *
 * @returns The credit of the connection that was set aside for it
 */
export function dropOutbox(
  { id, sending: { outbox } }: StreamState,
  createReason: EndReason,
): number {
  let reservedBytes = 0;
  let reason: RpcError | undefined;
  for (let next = outbox.shift(); next; next = outbox.shift()) {
    if (next.kind !== "outbound" && next.kind !== "outboundStatus") continue;
    next.deflation?.drop();
    next.deflation = undefined;
    if (next.kind !== "outbound") continue;
    reservedBytes += next.reservedBytes;
    if (next.done !== undefined) next.done.reject(reason ??= createReason(id));
  }
  return reservedBytes;
}

/** Bytes of messages in what waits. */
export function waitingBytesOf(outbound: Outbound): number {
  if (outbound.kind === "outbound") return outbound.message.length - outbound.offset;
  if (outbound.kind === "outboundStatus") return outbound.status.message?.length ?? 0;
  return outbound.kind === "status" ? outbound.message?.length ?? 0 : 0;
}
