/** How a limit is tried: at it, and one above, for values of which none is the other's default. */
import type { HelloFrame, OpenFrame, RpcFrame, StatusFrame } from "../../../src/protocol/frame.ts";
import type { RpcMetadata } from "../../../src/protocol/metadata.ts";
import { RpcError } from "../../../src/protocol/rpc_error.ts";
import { RpcStatus, type RpcStatusCode } from "../../../src/protocol/status.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { openFrame } from "../native_frames.ts";
import { opening } from "../transport_pair.ts";
import { LimitPeer, type LimitPeerOptions } from "./limit_peer.ts";

/** One limit. */
export interface LimitCase {
  /** At least two, which stand for the default and for what overrides it. */
  readonly values: readonly [number, number, ...number[]];
  /** The setting of the first frame that tells the peer; undefined when it is not told. */
  readonly announcedAs?: keyof HelloFrame;
  /** Fails unless the limit holds at this value: what is at it passes, what is above is refused. */
  check(limit: number): Promise<void>;
}

/** A message of a stream, or a fragment of one. */
export function dataFrame(streamId: number, bytes: number, more = false): RpcFrame {
  const message = new Uint8Array(bytes);
  return { kind: "message", streamId, message, more, compressed: false };
}

/** Fails unless a status says so, with these words. */
export function assertRefused(
  status: StatusFrame | undefined,
  words: string,
  { code = RpcStatus.RESOURCE_EXHAUSTED, maybeExecuted = false }: {
    code?: RpcStatusCode;
    maybeExecuted?: boolean;
  } = {},
): void {
  assert(status !== undefined, `was not refused with "${words}"`);
  assert(status.text.includes(words), `"${status.text}" does not contain "${words}"`);
  assertEquals([status.code, status.maybeExecuted], [code, maybeExecuted]);
}

/** Tries openings on both sides: one at the limit, and one above it. */
export async function checkOpenings(
  tried: {
    readonly options: LimitPeerOptions;
    /** Settings of the side that sends, where they are others. */
    readonly sending?: LimitPeerOptions;
    readonly at: Pick<OpenFrame, "path" | "headers">;
    readonly above: Pick<OpenFrame, "path" | "headers">;
    readonly words: string;
    readonly code?: RpcStatusCode;
  },
): Promise<void> {
  const { options, sending = options, at, above, words, code = RpcStatus.RESOURCE_EXHAUSTED } =
    tried;
  const served = await LimitPeer.create("responder", options);
  await served.send(openFrame({ ...at, streamId: 1 }));
  await served.send(openFrame({ ...above, streamId: 3 }));
  await served.send(openFrame({ ...at, streamId: 5 }));
  assertEquals([1, 3, 5].map((id) => served.kinds(id)), [["open"], [], ["open"]]);
  assertRefused(served.status(3), words, { code });
  await served.close();

  const caller = await LimitPeer.create("caller", sending);
  caller.transport.openStream(opening(at));
  const error = assertThrows(() => caller.transport.openStream(opening(above)), RpcError, words);
  assertEquals([error.code, error.maybeExecuted, caller.transport.openStreams], [code, false, 1]);
  caller.transport.openStream(opening(at));
  assertEquals(caller.transport.openStreams, 2);
  await caller.close();
}

/** An opening as both sides take it. */
export function openingOf(
  headers: RpcMetadata,
  path = "/Test/call",
): Pick<OpenFrame, "path" | "headers"> {
  return { path, headers };
}
