import type { Outbound, OutboundMessage, OutboundStatus } from "./stream_state.ts";

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

/** Bytes of messages in what waits. */
export function waitingBytesOf(outbound: Outbound): number {
  if (outbound.kind === "outbound") return outbound.message.length - outbound.offset;
  if (outbound.kind === "outboundStatus") return outbound.status.message?.length ?? 0;
  return outbound.kind === "status" ? outbound.message?.length ?? 0 : 0;
}
