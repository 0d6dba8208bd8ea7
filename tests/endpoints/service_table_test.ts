import { defineContract } from "../../src/contracts/define_contract.ts";
import { unary } from "../../src/contracts/shapes.ts";
import { implement, RpcResponderContract } from "../../src/endpoints/responder_contract.ts";
import { ServiceTable } from "../../src/endpoints/service_table.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

const First = defineContract("First", { get: unary<null, number>() });
const Second = defineContract("Second", { get: unary<null, number>() });
const first = implement(First, { get: () => 1 });
const second = implement(Second, { get: () => 2 });

class Empty extends RpcResponderContract {}

test("ServiceTable.of() finds the methods of its contracts by path", () => {
  const table = ServiceTable.of([first, second]);
  assertEquals(table.services, ["First", "Second"]);
  assert(table.find("/Second/get")?.method === Second.methods.get);
  assertEquals(table.find("/Third/get"), undefined);
});

test("ServiceTable.of() makes one table of a frozen list, and anew of one that may change", () => {
  const list: RpcResponderContract[] = [first];
  assert(ServiceTable.of(list) !== ServiceTable.of(list));
  list.push(second);
  assertEquals(ServiceTable.of(list).services, ["First", "Second"]);
  Object.freeze(list);
  assert(ServiceTable.of(list) === ServiceTable.of(list));
});

test("ServiceTable.with() leaves the table as it is, also when it refuses", () => {
  const table = ServiceTable.of([first]);
  assertEquals(table.with([second]).services, ["First", "Second"]);
  assertEquals(table.services, ["First"]);
  assertThrows(() => table.with([second, first]), TypeError, '"First" is there twice');
  assertThrows(() => table.with([new Empty(Second)]), TypeError, "handler is undefined");
  assertEquals([table.services, table.find("/Second/get")], [["First"], undefined]);
});
