import { RpcCallerContract, type RpcCallingEndpoint } from "../../src/endpoints/caller_contract.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { Box, collect, serveEach } from "../support/box.ts";
import { testOnEach } from "../support/endpoint_pair.ts";

class BoxCaller extends RpcCallerContract<typeof Box> {
  constructor(endpoint: RpcCallingEndpoint) {
    super(Box, endpoint);
  }

  async twice(value: number): Promise<unknown[]> {
    return [await this.methods.one(value), ...await collect(this.methods.down(value))];
  }
}

testOnEach("RpcCallerContract gives a service methods of one's own", async (links) => {
  const pair = await links.connect({ contracts: [serveEach((_, request) => request)] });
  const box = new BoxCaller(pair.caller);
  assert(box.contract === Box);
  assertEquals(await box.twice(7), [7, 7]);
});
