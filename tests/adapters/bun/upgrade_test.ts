import { bunAddress, type RpcBunServer, upgradeOnBun } from "../../../src/adapters/bun/upgrade.ts";
import { BunSocketData } from "../../../src/adapters/bun/web_socket.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";
import { test } from "../../support/test.ts";
import { upgradeRequest } from "../../support/upgrade_request.ts";

type UpgradeOptions = Parameters<RpcBunServer["upgrade"]>[1];

function upgradeWith(answerProtocol: string | undefined, isUpgraded: boolean) {
  const calls: UpgradeOptions[] = [];
  let abandoned = 0;
  const server: RpcBunServer = {
    upgrade: (_request, options) => {
      calls.push(options);
      return isUpgraded;
    },
    requestIP: () => null,
  };
  const upgrade = { answerProtocol, accept: () => {}, abandon: () => void abandoned++ };
  const response = upgradeOnBun(upgradeRequest(), server, upgrade);
  return { response, abandoned, options: calls[0] };
}

test("upgradeOnBun() names the sub-protocol and gives the socket its data", () => {
  const { response, abandoned, options } = upgradeWith("rpc-ts.v1", true);
  assertEquals([response, abandoned], [undefined, 0]);
  assertEquals(options?.headers, { "sec-websocket-protocol": "rpc-ts.v1" });
  assertEquals(options?.data instanceof BunSocketData, true);
});

test("upgradeOnBun() names no sub-protocol where none was offered", () => {
  const { options } = upgradeWith(undefined, true);
  assertEquals(options !== undefined && "headers" in options, false);
});

test("upgradeOnBun() gives the place back when the request cannot be upgraded", () => {
  const { response, abandoned } = upgradeWith("rpc-ts.v1", false);
  assertEquals([response?.status, abandoned], [400, 1]);
});

test("upgradeOnBun() gives the place back when the upgrade throws, and lets the error through", () => {
  let abandoned = 0;
  const upgrade = {
    answerProtocol: "rpc-ts.v1",
    accept: () => {},
    abandon: () => void abandoned++,
  };
  const server: RpcBunServer = {
    upgrade: () => {
      throw new TypeError('To enable websocket support, set the "websocket" object');
    },
    requestIP: () => null,
  };
  const act = () => upgradeOnBun(upgradeRequest(), server, upgrade);
  assertThrows(act, TypeError, "websocket");
  assertEquals(abandoned, 1);
});

test("bunAddress() joins what the server knows", () => {
  const server = (found: { address: string; port: number } | null): RpcBunServer => ({
    upgrade: () => false,
    requestIP: () => found,
  });
  const request = upgradeRequest();
  assertEquals(bunAddress(request, server({ address: "::1", port: 5 })), "[::1]:5");
  assertEquals(bunAddress(request, server(null)), undefined);
});
