import { givesMany, joinMetadata, takesMany } from "../../src/calls/served_messages.ts";
import { jsonCodec } from "../../src/codecs/json.ts";
import { messagePackCodec } from "../../src/codecs/messagepack.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import { implement } from "../../src/endpoints/responder_contract.ts";
import { RpcMetadata } from "../../src/protocol/metadata.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { Box, callBox, collect, serveBox, serveEach, SHAPES } from "../support/box.ts";
import { testOn } from "../support/endpoint_pair.ts";
import { serveToHand } from "../support/hand_driven.ts";
import { openFrame } from "../support/native_frames.ts";
import { test } from "../support/test.ts";

const PATHS = { unary: "one", serverStream: "down", clientStream: "up", bidirectional: "both" };

test("takesMany() and givesMany() tell the four shapes apart", () => {
  assertEquals(SHAPES.map((shape) => [takesMany(shape), givesMany(shape)]), [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ]);
});

test("joinMetadata() keeps order and repeats; of a name that both have, the second's values", () => {
  const first = RpcMetadata.from([["x-a", "1"], ["x-b", "2"], ["x-a", "3"], ["x-c", "4"]]);
  const second = RpcMetadata.from([["x-a", "5"], ["x-d", "6"], ["x-a", "7"]]);
  assertEquals([...joinMetadata(first, second)], [
    ["x-b", "2"],
    ["x-c", "4"],
    ["x-a", "5"],
    ["x-d", "6"],
    ["x-a", "7"],
  ]);
  assert(joinMetadata(first, RpcMetadata.empty) === first);
  assert(joinMetadata(RpcMetadata.empty, second) === second);
});

test("decodeRequest() fails the call with INTERNAL on all four shapes", async () => {
  for (const shape of SHAPES) {
    let hasRun = false;
    const { endpoint, peer, close } = await serveToHand({
      contracts: [serveEach(async (_, request) => {
        hasRun = true;
        // The shapes with many requests give an iterable.
        return await collect(request as AsyncIterable<unknown>);
      })],
    });
    const path = `/Box/${PATHS[shape]}`;
    await peer.send(openFrame({ path, message: new Uint8Array([0xc1]), end: true }));
    const frames = peer.take();
    const [status] = frames;
    assert(status?.kind === "status" && frames.length === 1, `${shape}: ${frames.length} frames`);
    assertEquals([status.code, status.text], [
      RpcStatus.INTERNAL,
      `Cannot decode request of "${path}"`,
    ]);
    assertEquals([hasRun, status.maybeExecuted], [takesMany(shape), takesMany(shape)]);
    assertEquals([endpoint.activeCalls, endpoint.runningHandlers], [0, 0]);
    await close();
  }
});

testOn(
  "native wire",
  "encodeResponse() fails the call and reports it on this side",
  async (links) => {
    const seen: unknown[] = [];
    const pair = await links.connect({
      contracts: [serveEach(() => () => "a function")],
      responder: { onHandlerError: (error) => void seen.push(error) },
    });
    for (const shape of SHAPES) {
      const call = callBox(pair.caller.client(Box), shape);
      const error = await assertStatus(call, RpcStatus.INTERNAL, "Cannot encode response of");
      assertEquals(error.maybeExecuted, true);
      assertEquals(seen.splice(0).length, 1);
    }
    await pair.assertIdle();
  },
);

testOn(
  "native wire",
  "Messages go through the codec of the method, then of the endpoint",
  async (links) => {
    const used: string[] = [];
    const spy = (name: string) => {
      const codec = messagePackCodec();
      return {
        name,
        encode: (value: unknown) => {
          used.push(`${name} encodes ${value}`);
          return codec.encode(value);
        },
        decode: (bytes: Uint8Array) => {
          const value = codec.decode(bytes);
          used.push(`${name} decodes ${value}`);
          return value;
        },
      };
    };
    const own = defineContract("Own", {
      one: unary<string, string>({ requestCodec: spy("request"), responseCodec: spy("response") }),
      down: serverStream<string, string>({ codec: jsonCodec() }),
      up: clientStream<string, string>(),
      both: bidirectional<string, string>(),
    });
    const join = async (requests: AsyncIterable<string>): Promise<string> =>
      (await collect(requests)).join();
    const pair = await links.connect({
      contracts: [implement(own, {
        one: (text) => `${text}!`,
        down: (text) => [`${text}!`],
        up: join,
        both: async function* (requests) {
          yield await join(requests);
        },
      })],
      caller: { codec: spy("caller") },
      responder: { codec: spy("responder") },
    });
    const client = pair.caller.client(own);
    await client.one("a");
    assertEquals(used.splice(0), [
      "request encodes a",
      "request decodes a",
      "response encodes a!",
      "response decodes a!",
    ]);
    assertEquals(await collect(client.down("a")), ["a!"]);
    assertEquals(used.splice(0), []);
    await client.up(["a", "b"]);
    assertEquals(used.splice(0).sort(), [
      "caller decodes a,b",
      "caller encodes a",
      "caller encodes b",
      "responder decodes a",
      "responder decodes b",
      "responder encodes a,b",
    ]);
  },
);

testOn("memory", "Values go as they are where nothing leaves the process", async (links) => {
  const given: unknown[] = [];
  const pair = await links.connect({
    contracts: [serveBox({
      one: (request) => {
        given.push(request);
        return request;
      },
    })],
  });
  const value = { call: () => 1, self: {} };
  value.self = value;
  assert(await pair.caller.client(Box).one(value) === value && given[0] === value);
});
