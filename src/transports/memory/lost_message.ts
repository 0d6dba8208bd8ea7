import type { MessageFrame, OpenFrame, StatusFrame } from "../../protocol/frame.ts";
import type { MemoryFrame } from "./pipe.ts";

/** A frame with a message in it. */
export type MessageCarrier = OpenFrame<unknown> | MessageFrame<unknown> | StatusFrame<unknown>;

/** Whether a frame carries a message, which can be lost. */
export function isMessageCarrier(frame: MemoryFrame): frame is MessageCarrier {
  return "message" in frame && frame.message !== undefined;
}

/**
 * What arrives of a frame whose message is lost. The count of messages, which comes with the end,
 * stays as it was, so that the loss is noticed.
 */
export function withoutMessage(frame: MessageCarrier): MemoryFrame[] {
  const { streamId } = frame;
  switch (frame.kind) {
    case "message":
      return [{ kind: "lost", streamId }];
    case "status":
      return [{ ...frame, message: undefined }];
    case "open": {
      const opening = { ...frame, message: undefined, end: false };
      // An opening has no count; the half-close that it stands for has.
      return frame.end ? [opening, { kind: "halfClose", streamId, messages: 1 }] : [opening];
    }
  }
}
