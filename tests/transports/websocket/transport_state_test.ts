import { lossFromClose } from "../../../src/transports/connection/loss.ts";
import {
  healthOf,
  highestLocalIdOf,
  type TransportState,
} from "../../../src/transports/websocket/transport_state.ts";
import { assertEquals } from "../../support/assert.ts";
import { test } from "../../support/test.ts";

const LOST: TransportState = {
  kind: "lost",
  loss: lossFromClose({ code: 1006, reason: "", wasClean: false, cause: undefined }),
  highestLocalId: 7,
};

test("healthOf() tells a loss that can be mended from an end", () => {
  const health = (state: TransportState | undefined, canReconnect: boolean): string =>
    healthOf(state, { isClosed: state?.kind !== "lost" || !canReconnect, canReconnect }).level;
  assertEquals(health(undefined, true), "closed");
  assertEquals(health({ kind: "closed", done: Promise.resolve() }, true), "closed");
  assertEquals([health(LOST, true), health(LOST, false)], ["degraded", "closed"]);
});

test("highestLocalIdOf() knows the id of a connection that was lost", () => {
  assertEquals([highestLocalIdOf(LOST), highestLocalIdOf(undefined)], [7, 0]);
});
