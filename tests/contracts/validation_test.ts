import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { defineContract } from "../../src/contracts/define_contract.ts";
import { MAX_FIELD_VIOLATIONS } from "../../src/contracts/field_violation.ts";
import { bidirectional, clientStream, serverStream, unary } from "../../src/contracts/shapes.ts";
import type { StandardSchemaV1 } from "../../src/contracts/standard_schema.ts";
import {
  INTERNAL_ERROR_TEXT,
  INVALID_RESPONSE_TEXT,
  validateRequest,
  validateResponse,
  validateValue,
} from "../../src/contracts/validation.ts";
import { RpcValidationError } from "../../src/contracts/validation_error.ts";
import { RpcError } from "../../src/protocol/rpc_error.ts";
import { RpcStatus } from "../../src/protocol/status.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../support/assert.ts";
import { test } from "../support/test.ts";

type Validate<T> = StandardSchemaV1<unknown, T>["~standard"]["validate"];

function schemaOf<T>(validate: Validate<T>): StandardSchemaV1<unknown, T> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

function throwing(error: unknown): StandardSchemaV1<unknown, never> {
  return schemaOf(() => {
    throw error;
  });
}

function rejecting(error: unknown): StandardSchemaV1<unknown, never> {
  return schemaOf(() => Promise.reject(error));
}

function methodWith(request: StandardSchemaV1, response: StandardSchemaV1 = request) {
  return defineContract("Chat", { send: unary({ request, response }) }).methods.send;
}

function fieldsOf(error: RpcError): readonly string[] {
  const detail = error.details[0];
  if (error.details.length !== 1 || detail?.type !== "google.rpc.BadRequest") return ["no detail"];
  return "fieldViolations" in detail ? detail.fieldViolations.map(({ field }) => field) : [];
}

const symbol = Symbol("tag");
const user = { user: { address: [{ city: 5 }], name: "Ada" } };

// One schema in the words of each library: a nested string, a default, a transform.
const libraries: readonly [string, StandardSchemaV1][] = [
  [
    "Zod",
    z.object({
      user: z.object({ address: z.array(z.object({ city: z.string() })), name: z.string() }),
      count: z.number().default(1),
      nick: z.string().optional(),
      at: z.string().transform(Number).optional(),
    }),
  ],
  [
    "Valibot",
    v.object({
      user: v.object({ address: v.array(v.object({ city: v.string() })), name: v.string() }),
      count: v.optional(v.number(), 1),
      nick: v.optional(v.string()),
      at: v.optional(v.pipe(v.string(), v.transform(Number))),
    }),
  ],
  [
    "ArkType",
    type({
      user: { address: type({ city: "string" }).array(), name: "string" },
      count: "number = 1",
      "nick?": "string",
      "at?": "string.numeric.parse",
    }),
  ],
];

for (const [library, schema] of libraries) {
  const good = { user: { address: [{ city: "Bonn" }], name: "Ada" } };

  test(`validateRequest() fills in defaults and leaves optional fields out: ${library}`, () => {
    assertEquals(validateRequest(methodWith(schema), good), { ...good, count: 1 });
  });

  test(`validateRequest() gives what the schema made of the value: ${library}`, () => {
    const value = { ...good, count: 2, nick: "A", at: "17" };
    assertEquals(validateRequest(methodWith(schema), value), { ...value, at: 17 });
  });

  test(`validateRequest() names the nested field at fault: ${library}`, () => {
    const method = methodWith(schema);
    const error = assertThrows(() => validateRequest(method, user), RpcError);
    assertEquals(error.code, RpcStatus.INVALID_ARGUMENT);
    assertEquals(
      error.rawMessage,
      'Cannot accept request of "/Chat/send": field "user.address[0].city" is invalid',
    );
    assertEquals(fieldsOf(error), ["user.address[0].city"]);
    assert(error.cause instanceof RpcValidationError);
  });

  test(`validateRequest() names every field at fault: ${library}`, () => {
    const value = { user: { address: [{ city: "Bonn" }, {}, { city: null }] }, count: "x" };
    const error = assertThrows(() => validateRequest(methodWith(schema), value), RpcError);
    assertEquals([...fieldsOf(error)].sort(), [
      "count",
      "user.address[1].city",
      "user.address[2].city",
      "user.name",
    ]);
    assert(error.rawMessage.endsWith(" is invalid, and 3 more"), error.rawMessage);
  });

  test(`validateRequest() refuses what is no object at all: ${library}`, () => {
    for (const value of [undefined, null, 1, "text"]) {
      const error = assertThrows(() => validateRequest(methodWith(schema), value), RpcError);
      assertEquals(fieldsOf(error), [""]);
      assert(error.message.endsWith("the value is invalid"), error.message);
    }
  });

  test(`validateResponse() hides what is wrong with a response: ${library}`, () => {
    const error = assertThrows(() => validateResponse(methodWith(schema), user), RpcError);
    assertEquals(error.code, RpcStatus.INTERNAL);
    assertEquals(error.rawMessage, INVALID_RESPONSE_TEXT);
    assertEquals(error.details, []);
    assert(error.cause instanceof RpcValidationError);
    assertEquals(error.cause.violations[0]?.field, "user.address[0].city");
  });
}

const takenLater = (name: string): Promise<boolean> => Promise.resolve(name !== "Ada");
const asyncLibraries: readonly [string, StandardSchemaV1][] = [
  ["Zod", z.object({ name: z.string().refine(takenLater, "Taken") })],
  ["Valibot", v.objectAsync({ name: v.pipeAsync(v.string(), v.checkAsync(takenLater, "Taken")) })],
];

for (const [library, schema] of asyncLibraries) {
  test(`validateRequest() waits for an asynchronous schema: ${library}`, async () => {
    const method = methodWith(schema);
    const result = validateRequest(method, { name: "Bob" });
    assert(result instanceof Promise);
    assertEquals(await result, { name: "Bob" });
    const refused = validateRequest(method, { name: "Ada" });
    assert(refused instanceof Promise);
    const error = await assertRejects(refused, RpcError);
    assertEquals(error.code, RpcStatus.INVALID_ARGUMENT);
    assertEquals(error.details, [{
      type: "google.rpc.BadRequest",
      fieldViolations: [{ field: "name", description: "Taken" }],
    }]);
  });

  test(`validateResponse() waits for an asynchronous schema: ${library}`, async () => {
    const method = methodWith(schema);
    assertEquals(await validateResponse(method, { name: "Bob" }), { name: "Bob" });
    const refused = Promise.resolve(validateResponse(method, { name: "Ada" }));
    const error = await assertRejects(refused, RpcError);
    assertEquals(error.rawMessage, INVALID_RESPONSE_TEXT);
    assertEquals(error.details, []);
  });
}

test("validateRequest() names keys of maps and records", () => {
  const cases: readonly [StandardSchemaV1, unknown, string][] = [
    [z.record(z.string(), z.number()), { "main hall": "x" }, '["main hall"]'],
    [z.map(z.string(), z.number()), new Map<string, unknown>([["a", "x"]]), "a"],
    [v.map(v.string(), v.number()), new Map<string, unknown>([["a b", "x"]]), '["a b"]'],
    [v.map(v.object({ id: v.number() }), v.number()), new Map([[{ id: 1 }, "x"]]), "[?]"],
    [v.set(v.number()), new Set(["x"]), "[?]"],
    [type({ [symbol]: "string" }), { [symbol]: 1 }, "[Symbol(tag)]"],
    [v.tuple([v.string(), v.array(v.number())]), ["a", [1, "x"]], "[1][1]"],
  ];
  for (const [schema, value, field] of cases) {
    const error = assertThrows(() => validateRequest(methodWith(schema), value), RpcError);
    assertEquals(fieldsOf(error), [field]);
  }
});

test("validateRequest() bears a request that is wrong in very many places", () => {
  for (const schema of [z.array(z.number()), v.array(v.number()), type("number[]")]) {
    const value = new Array(10_000).fill("x");
    const error = assertThrows(() => validateRequest(methodWith(schema), value), RpcError);
    assertEquals(fieldsOf(error).length, MAX_FIELD_VIOLATIONS);
    assertEquals(fieldsOf(error)[0], "[0]");
    assert(error.message.endsWith(`and ${MAX_FIELD_VIOLATIONS - 1} more`), error.message);
  }
});

test("validateRequest() keeps payload and words of the schema out of its message", () => {
  const secret = "hunter2";
  for (
    const schema of [
      v.object({ pin: v.number() }),
      type({ pin: "number" }),
      type({ pin: /^\d+$/ }),
      z.object({ pin: z.string().refine(() => false, `${secret} is taken`) }),
    ]
  ) {
    const error = assertThrows(
      () => validateRequest(methodWith(schema), { pin: secret }),
      RpcError,
      'field "pin" is invalid',
    );
    assert(!error.message.includes(secret), error.message);
    assert(error.cause instanceof Error && !error.cause.message.includes(secret));
  }
});

test("validateRequest() says that a handler of one request did not run", () => {
  const request = z.string();
  const { methods } = defineContract("All", {
    one: unary({ request }),
    down: serverStream({ request }),
    up: clientStream({ request }),
    both: bidirectional({ request }),
    broken: unary({ request: throwing(new Error("x")) }),
  });
  const expected = { one: false, down: false, up: true, both: true, broken: false };
  for (const [name, method] of Object.entries(methods)) {
    const error = assertThrows(() => validateRequest<unknown>(method, 1), RpcError);
    assertEquals({ [name]: error.maybeExecuted }, { [name]: Object(expected)[name] });
  }
});

test("validateRequest() lets everything through without a schema", () => {
  const { send } = defineContract("Chat", { send: unary<unknown, unknown>() }).methods;
  const value = { text: "hi" };
  assert(validateRequest(send, value) === value);
  assert(validateResponse(send, value) === value);
  assertEquals(validateRequest(send, undefined), undefined);
});

test("validateRequest() and validateResponse() use the schema of their direction", () => {
  const { methods } = defineContract("Chat", {
    send: unary({ request: z.string().transform(Number), response: z.number().transform(String) }),
  });
  assertEquals(validateRequest(methods.send, "1"), 1);
  assertEquals(validateResponse(methods.send, 1), "1");
});

const secretError = new Error("password of the database");
const broken: readonly [string, StandardSchemaV1][] = [
  ["throws", throwing(secretError)],
  ["rejects", rejecting(secretError)],
  [
    "throws in a transform of Zod",
    z.string().transform(() => {
      throw secretError;
    }),
  ],
  [
    "throws in a transform of Valibot",
    v.pipe(
      v.string(),
      v.transform(() => {
        throw secretError;
      }),
    ),
  ],
];

for (const [what, schema] of broken) {
  for (const validate of [validateRequest, validateResponse]) {
    test(`${validate.name}() hides the error of a schema that ${what}`, async () => {
      const method = methodWith(schema);
      const outcome = Promise.resolve().then(() => validate<unknown>(method, "x"));
      const error = await assertRejects(outcome, RpcError);
      assertEquals(error.code, RpcStatus.INTERNAL);
      assertEquals(error.rawMessage, INTERNAL_ERROR_TEXT);
      assertEquals(error.details, []);
      assert(error.cause === secretError);
    });
  }
}

test("validateRequest() and validateResponse() pass on an RpcError of the schema", async () => {
  const denied = new RpcError(RpcStatus.PERMISSION_DENIED, "Not yours");
  for (const validate of [validateRequest, validateResponse]) {
    const error = assertThrows(() => validate(methodWith(throwing(denied)), 1), RpcError);
    assert(error === denied);
    const outcome = Promise.resolve(validate(methodWith(rejecting(denied)), 1));
    assert(await assertRejects(outcome, RpcError) === denied);
  }
});

test("validateRequest() fails the call when a schema answers with nothing sensible", () => {
  for (const answer of [undefined, null, true, { issues: 1 }, { issues: [null] }]) {
    // Wrong on purpose: no library should do this.
    const schema = schemaOf(() => answer as unknown as { value: unknown });
    const error = assertThrows(() => validateRequest(methodWith(schema), 1), RpcError);
    assertEquals(error.code, RpcStatus.INTERNAL);
    assertEquals(error.rawMessage, INTERNAL_ERROR_TEXT);
  }
});

test("validateRequest() refuses a value with a list of issues that is empty", () => {
  const schema = schemaOf(() => ({ issues: [] }));
  const error = assertThrows(() => validateRequest(methodWith(schema), 1), RpcError);
  assertEquals(error.code, RpcStatus.INVALID_ARGUMENT);
});

test("validateRequest() waits for a promise that is none of this realm's", async () => {
  // A `PromiseLike` is less than the standard asks for, and must not pass for a valid value.
  const late = (value: unknown): Promise<{ value: unknown }> =>
    ({
      then: (resolve: (result: { value: unknown }) => unknown) => resolve({ value }),
    }) as unknown as Promise<{ value: unknown }>;
  const result = validateRequest(methodWith(schemaOf(late)), 7);
  assert(result instanceof Promise);
  assertEquals(await result, 7);
});

test("validateRequest() does not take a value for a promise", () => {
  const value = { then: "later" };
  assertEquals(validateRequest(methodWith(z.object({ then: z.string() })), value), value);
  const odd = schemaOf(() => ({ value: 7, then: "later" }));
  assertEquals(validateRequest(methodWith(odd), 1), 7);
});

test("validateValue() is synchronous with a synchronous schema", () => {
  assertEquals(validateValue(z.string().transform(Number), "17"), 17);
  const error = assertThrows(() => validateValue(z.object({ n: z.int() }), {}), RpcValidationError);
  assertEquals(error.violations[0]?.field, "n");
});

test("validateValue() gives a promise with an asynchronous schema", async () => {
  const later = z.string().transform((text) => Promise.resolve(Number(text)));
  const result = validateValue(later, "17");
  assert(result instanceof Promise);
  assertEquals(await result, 17);
  const refusing = z.string().refine(() => Promise.resolve(false));
  await assertRejects(Promise.resolve(validateValue(refusing, "17")), RpcValidationError);
});

test("validateValue() passes on what the schema throws", async () => {
  const error = assertThrows(() => validateValue(throwing(secretError), 1), Error);
  assert(error === secretError);
  const outcome = Promise.resolve(validateValue(rejecting(secretError), 1));
  assert(await assertRejects(outcome, Error) === secretError);
});
