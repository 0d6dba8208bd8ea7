import { checkContracts } from "../../src/contracts/check_contracts.ts";
import type { RpcContract } from "../../src/contracts/contract.ts";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { unary } from "../../src/contracts/shapes.ts";
import { assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

const Users = defineContract("Users", { find: unary() });
const Rooms = defineContract("Rooms", { find: unary() });

test("checkContracts() accepts services of different names", () => {
  checkContracts([Users, Rooms]);
  checkContracts(new Set([Users]));
  checkContracts([]);
});

test("checkContracts() tells names apart by case", () => {
  checkContracts([Users, defineContract("users", {})]);
});

test("checkContracts() refuses a service that is there twice", () => {
  const twin = defineContract("Users", { rename: unary() });
  const words = 'Cannot register contracts: service "Users" is there twice';
  assertThrows(() => checkContracts([Users, Rooms, Users]), TypeError, words);
  assertThrows(() => checkContracts([Users, Rooms, twin]), TypeError, words);
});

test("checkContracts() refuses a service that is registered already", () => {
  const registered = new Map([["Rooms", Rooms]]);
  checkContracts([Users], registered);
  assertThrows(() => checkContracts([Users, Rooms], registered), TypeError, '"Rooms"');
});

test("checkContracts() registers nothing, so that a second try can succeed", () => {
  const registered = new Set(["Rooms"]);
  assertThrows(() => checkContracts([Users, Rooms], registered), TypeError);
  checkContracts([Users], registered);
});

test("checkContracts() refuses names that the wire cannot carry", () => {
  const find = Users.methods.find;
  const wrong: readonly RpcContract[] = [
    { name: "a/b", methods: {} },
    { name: "", methods: {} },
    { name: "Users", methods: { "room.find": { ...find, path: "/Users/room.find" } } },
  ];
  for (const contract of wrong) assertThrows(() => checkContracts([contract]), TypeError);
});

test("checkContracts() refuses a method that lies about its path", () => {
  const liar: RpcContract = { name: "Rooms", methods: Users.methods };
  assertThrows(
    () => checkContracts([liar]),
    TypeError,
    'Cannot register contracts: found path "/Users/find", expected "/Rooms/find"',
  );
});
