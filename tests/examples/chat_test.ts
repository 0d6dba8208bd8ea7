import { ChatService } from "../../examples/chat/chat_service.ts";
import { Chat, type FileHead, MEMBER_HEADER } from "../../examples/chat/contract.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/caller.ts";
import { RpcResponderEndpoint } from "../../src/endpoints/responder.ts";
import { createMemoryTransportPair } from "../../src/transports/memory.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertStatus } from "../support/assert.ts";
import { test } from "../support/test.ts";

const HEAD: FileHead = { name: "notes.txt", type: "text/plain" };
const EMPTY = new Uint8Array(0);

function* partsOf(...pieces: readonly Uint8Array[]): Generator<FileHead | Uint8Array> {
  yield HEAD;
  yield* pieces;
}

test("upload() of the chat keeps no empty pieces, and not any number of small ones", async () => {
  const [near, far] = createMemoryTransportPair();
  await using responder = new RpcResponderEndpoint({
    transport: far,
    contracts: [new ChatService()],
  });
  responder.start();
  await using caller = new RpcCallerEndpoint({ transport: near });
  const chat = caller.client(Chat);
  await using stay = chat.join({ room: "general", name: "Ada" });
  const { value: welcome } = await stay[Symbol.asyncIterator]().next();
  assert(welcome?.kind === "welcome", "was not welcomed");
  const asMember = { metadata: { [MEMBER_HEADER]: welcome.key } };

  const piece = new Uint8Array([1, 2, 3]);
  const { file, pieces } = await chat.upload(partsOf(EMPTY, piece, EMPTY, piece), asMember);
  assertEquals([file.bytes, pieces], [6, 2]);
  const none = await chat.upload(partsOf(...Array(5000).fill(EMPTY)), asMember);
  assertEquals([none.file.bytes, none.pieces], [0, 0]);
  const many = chat.upload(partsOf(...Array(5000).fill(piece)), asMember);
  await assertStatus(many, RpcStatus.RESOURCE_EXHAUSTED);
});
