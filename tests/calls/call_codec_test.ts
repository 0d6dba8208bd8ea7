import { decodeMessage, encodeMessage } from "../../src/calls/call_codec.ts";
import type { RpcCodec } from "../../src/codecs/codec.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { DirectMessage } from "../../src/transports/direct_message.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { bytesOf } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

const text: RpcCodec<string> = {
  name: "text",
  encode: (value) => bytesOf(value),
  decode: (bytes) => new TextDecoder().decode(bytes),
};
const secret = new TypeError("Secret payload");
const broken: RpcCodec = {
  name: "broken",
  encode: () => {
    throw secret;
  },
  decode: () => {
    throw secret;
  },
};
const options = {
  what: 'request of "/Chat/send"',
  code: RpcStatus.INVALID_ARGUMENT,
  maybeExecuted: false,
};

test("encodeMessage() and decodeMessage() go through the codec", () => {
  const message = encodeMessage(text, "hi", options);
  assertEquals(message, bytesOf("hi"));
  assertEquals(decodeMessage(text, message, options), "hi");
});

test("encodeMessage() and decodeMessage() hand values over as they are without a codec", () => {
  for (const value of [{ a: 1 }, undefined, null, new Uint8Array(2)]) {
    const message = encodeMessage(undefined, value, options);
    assert(message instanceof DirectMessage);
    assert(decodeMessage(undefined, message, options) === value);
  }
});

test("encodeMessage() and decodeMessage() name what failed and keep the codec's words here", () => {
  const encoding = assertThrows(() => encodeMessage(broken, "hi", options), RpcError);
  const decoding = assertThrows(() => decodeMessage(broken, bytesOf("hi"), options), RpcError);
  assertEquals(encoding.rawMessage, 'Cannot encode request of "/Chat/send"');
  assertEquals(decoding.rawMessage, 'Cannot decode request of "/Chat/send"');
  for (const error of [encoding, decoding]) {
    assert(error.cause === secret);
    assertEquals([error.code, error.maybeExecuted], [RpcStatus.INVALID_ARGUMENT, false]);
  }
});

test("decodeMessage() refuses a message of the other kind of transport", () => {
  assertThrows(() => decodeMessage(text, "hi", options), RpcError, "Cannot decode request");
  assertThrows(() => decodeMessage(undefined, bytesOf("hi"), options), RpcError, "Cannot decode");
});
