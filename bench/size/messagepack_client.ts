// deno-lint-ignore-file no-console
/** A client in a page, as small as one is: its messages are MessagePack. */
import { defineContract, serverStream, unary } from "../../src/contracts/mod.ts";
import { RpcCallerEndpoint } from "../../src/endpoints/mod.ts";
import { RpcWebSocketCallerTransport } from "../../src/transports/mod.ts";

const Chat = defineContract("Chat", {
  send: unary<{ readonly text: string }, { readonly id: number }>(),
  listen: serverStream<{ readonly room: string }, string>(),
});
const transport = RpcWebSocketCallerTransport.connect("wss://api.example.com/rpc");
const chat = new RpcCallerEndpoint({ transport }).client(Chat);
console.log(await chat.send({ text: "hello" }));
for await (const text of chat.listen({ room: "general" })) console.log(text);
