import { assertEquals } from "../support/assert.ts";
import { type RuntimeName, RUNTIMES } from "../support/runtimes.ts";
import { test } from "../support/test.ts";
import { CASES } from "./cases.ts";
import { Program, type ProgramEnd } from "./program.ts";

async function startServer(runtime: RuntimeName): Promise<{ program: Program; url: string }> {
  const program = await Program.start(runtime, "./server.ts", ["--port", "0"]);
  try {
    const [, url = ""] = await program.waitForLine(/^listening (ws:\/\/127\.0\.0\.1:\d+\/rpc)$/);
    return { program, url };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

async function runClient(runtime: RuntimeName, args: readonly string[]): Promise<ProgramEnd> {
  await using program = await Program.start(runtime, "./client.ts", args);
  return await program.waitForEnd();
}

for (const server of RUNTIMES) {
  for (const client of RUNTIMES) {
    test(`every case passes between a client on ${client} and a server on ${server}`, async () => {
      const { program, url } = await startServer(server);
      await using _server = program;
      const args = ["--url", url, "--wire", "native", "--case", "all"];
      const { code, lines, errors } = await runClient(client, args);
      const report = [...lines, errors].join("\n");
      const names = lines.map((line) => /^PASS (\S+) \(\d+ ms\)$/.exec(line)?.[1] ?? line);
      assertEquals(names, [...CASES.keys(), `${CASES.size} passed, 0 failed`], report);
      assertEquals(code, 0, report);
    });
  }
}

for (const client of RUNTIMES) {
  test(`the client on ${client} ends with 1 and tells why a case failed`, async () => {
    // Nothing listens on port 1.
    const args = ["--url", "ws://127.0.0.1:1/rpc", "--case", "empty_unary"];
    const { code, lines } = await runClient(client, args);
    assertEquals(lines.length, 2, lines.join("\n"));
    assertEquals(/^FAIL empty_unary: \[UNAVAILABLE\] /.test(lines[0] ?? ""), true, lines[0]);
    assertEquals(lines[1], "0 passed, 1 failed");
    assertEquals(code, 1);
  });

  test(`the client on ${client} refuses a wire that this version does not speak`, async () => {
    const args = ["--url", "ws://127.0.0.1:1/rpc", "--wire", "rpc-dart"];
    const { code, lines, errors } = await runClient(client, args);
    assertEquals(lines, []);
    assertEquals(
      errors.trim(),
      'Cannot speak the wire "rpc-dart": this version speaks only "native"',
    );
    assertEquals(code, 2);
  });
}

for (const server of RUNTIMES) {
  test(`the server on ${server} refuses a port that is none`, async () => {
    await using program = await Program.start(server, "./server.ts", ["--port", "http"]);
    const { code, lines, errors } = await program.waitForEnd();
    assertEquals(lines, []);
    assertEquals(errors.trim(), "--port is http, expected 0 to 65535");
    assertEquals(code, 2);
  });
}
