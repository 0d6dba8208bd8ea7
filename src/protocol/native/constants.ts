import type { HelloFrame } from "../frame.ts";

/** What a MESSAGE frame costs the connection beside its bytes (PROTOCOL.md, section 7). */
export const MESSAGE_COST_BYTES = 256;
/** The sub-protocol of this wire. */
export const NATIVE_PROTOCOL = "rpc-ts.v1";
/** The version that HELLO says. */
export const NATIVE_VERSION = 1;
/** Most bytes of a message in one frame: 64 KiB of data and what a codec puts around them. */
export const MAX_FRAGMENT_BYTES = 80 * 1024;
/** Most bytes of a batch beside metadata, of which a frame has three blocks at most. */
export const MAX_BATCH_BYTES = 1024 * 1024;
/** So many method paths get a number in each direction; later ones are always spelled out. */
export const MAX_NUMBERED_PATHS = 256;
/** Longest status text; a longer one is cut when it is sent. */
export const MAX_STATUS_TEXT_BYTES = 8 * 1024;
/** Longest reason of CANCEL and GOAWAY; a longer one is cut when it is sent. */
export const MAX_REASON_BYTES = 1024;
/** Longest payload of HELLO. */
export const MAX_HELLO_BYTES = 4096;
/** Longest name of a session. */
export const MAX_SESSION_BYTES = 64;

/**
 * What holds for a peer until its HELLO has come, and for every setting that its HELLO leaves out
 * (PROTOCOL.md, "HELLO").
 */
export const INITIAL_HELLO: HelloFrame = /* @__PURE__ */ Object.freeze({
  kind: "hello",
  version: NATIVE_VERSION,
  maxMessageBytes: 1024 * 1024,
  maxMetadataBytes: 64 * 1024,
  maxStreams: 64,
  streamWindowBytes: 64 * 1024,
  streamWindowMessages: 64,
  connectionWindowBytes: 1024 * 1024,
  session: undefined,
  receivedBatches: 0,
  sessionMs: 0,
  compressions: /* @__PURE__ */ Object.freeze([]),
});

/** No message of more is placed in a batch: to copy it is little of what it costs. */
export const MAX_PLACED_BYTES = 8 * 1024;
