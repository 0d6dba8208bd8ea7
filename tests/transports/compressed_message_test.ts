import { RpcCompressedMessage, wireBytesOf } from "../../src/transports/compressed_message.ts";
import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";

class Fake extends RpcCompressedMessage {
  readonly wireBytes = 7;

  inflate(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(1000));
  }

  drop(): void {}
}

test("wireBytesOf() is what came, inflated or not, and nothing for other values", () => {
  const found = [new Uint8Array(3), new Fake(), "text", undefined, { length: 9 }].map(wireBytesOf);
  assertEquals(found, [3, 7, 0, 0, 0]);
});
