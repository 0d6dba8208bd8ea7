import type { RpcHandlerContext } from "../../src/calls/handler_context.ts";
import type { RpcMetadata } from "../../src/protocol/metadata.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { Box, callBox, serveEach, SHAPES } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";

testOnEach("ServedStream answers what the context of its handler asks", async (links) => {
  const seen: RpcHandlerContext[] = [];
  const pair = await links.connect({
    contracts: [serveEach((context) => {
      seen.push(context);
      assert(context.peer === pair.far.peer && context.deadline === undefined);
      assertEquals([context.timeoutMs, context.isAborted], [undefined, false]);
      return 1;
    })],
  });
  for (const shape of SHAPES) {
    await callBox(pair.caller.client(Box), shape, { metadata: { "x-tenant": "acme" } });
  }
  assertEquals(seen.map(({ path }) => path), ["/Box/one", "/Box/down", "/Box/up", "/Box/both"]);
  for (const { metadata } of seen) assertEquals(metadata.get("x-tenant"), "acme");
});

testOnEach("ServedStream sends response headers once, before the first response", async (links) => {
  const pair = await links.connect({
    contracts: [serveEach((context) => {
      context.setHeader("x-version", "7");
      context.sendHeaders();
      context.sendHeaders();
      return 1;
    })],
  });
  for (const shape of SHAPES) {
    const headers: RpcMetadata[] = [];
    await callBox(pair.caller.client(Box), shape, {
      onHeaders: (metadata: RpcMetadata) => headers.push(metadata),
    });
    assertEquals(headers.map((metadata) => metadata.get("x-version")), ["7"]);
  }
});
