import { DEFAULT_LIMITS } from "../../../src/protocol/limits.ts";
import {
  INITIAL_HELLO,
  MAX_FRAGMENT_BYTES,
  NATIVE_VERSION,
} from "../../../src/protocol/native/constants.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { helloFrame } from "../../support/native_frames.ts";
import { test } from "../../support/test.ts";

test("INITIAL_HELLO is what PROTOCOL.md says holds without a HELLO", () => {
  assertEquals(helloFrame(), {
    kind: "hello",
    version: NATIVE_VERSION,
    maxMessageBytes: 1_048_576,
    maxMetadataBytes: 65_536,
    maxStreams: 64,
    streamWindowBytes: 65_536,
    streamWindowMessages: 64,
    connectionWindowBytes: 1_048_576,
    session: undefined,
    receivedBatches: 0,
    sessionMs: 0,
    compressions: [],
  });
  assert(Object.isFrozen(INITIAL_HELLO) && Object.isFrozen(INITIAL_HELLO.compressions));
});

test("INITIAL_HELLO promises no more than a peer with the default limits takes", () => {
  for (const name of ["maxMessageBytes", "maxMetadataBytes", "maxStreams"] as const) {
    assert(INITIAL_HELLO[name] <= DEFAULT_LIMITS[name], name);
  }
  assert(INITIAL_HELLO.streamWindowBytes <= DEFAULT_LIMITS.streamWindowBytes);
  // As many streams as the window of the connection has room for, a frame on each.
  assert(INITIAL_HELLO.connectionWindowBytes >= 12 * MAX_FRAGMENT_BYTES);
});
