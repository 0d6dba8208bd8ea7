import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { assert, assertEquals } from "../support/assert.ts";
import { findRuntime, RUNTIMES } from "../support/runtimes.ts";
import { runtime, test } from "../support/test.ts";

test("RUNTIMES names both, the own one first", () => {
  assertEquals([...RUNTIMES].sort(), ["bun", "deno"]);
  assertEquals(RUNTIMES[0], runtime);
});

test("findRuntime() answers the own runtime with its own file", async () => {
  assertEquals(await findRuntime(runtime), process.execPath);
});

for (const name of RUNTIMES) {
  test(`findRuntime() finds ${name} once, and it starts`, async () => {
    const file = await findRuntime(name);
    assertEquals(await findRuntime(name), file);
    const { stdout } = await promisify(execFile)(file, ["--version"]);
    assert(/\d+\.\d+\.\d+/.test(stdout), stdout);
  });
}
