import { assertEquals } from "../support/assert.ts";
import { test } from "../support/test.ts";
import { addCounts, formatCounts, NO_TESTS, parseBunSummary, parseDenoSummary } from "./summary.ts";

test("parseDenoSummary() reads the counts of a run that passed", () => {
  const output =
    "running 3 tests from ./a_test.ts\na ... ok (1ms)\n\nok | 3 passed | 0 failed (7ms)\n";
  assertEquals(parseDenoSummary(output), { passed: 3, failed: 0, skipped: 0 });
});

test("parseDenoSummary() reads steps, failures and ignored tests", () => {
  const output =
    "FAILED | 12 passed (3 steps) | 2 failed (1 step) | 4 ignored (1m2s)\n\nerror: x\n";
  assertEquals(parseDenoSummary(output), { passed: 12, failed: 2, skipped: 4 });
});

test("parseDenoSummary() takes the last line when a test printed one like it", () => {
  const output =
    "ok | 99 passed | 0 failed (1ms)\nrest\nok | 1 passed | 0 failed | 5 ignored (1ms)\n";
  assertEquals(parseDenoSummary(output), { passed: 1, failed: 0, skipped: 5 });
});

test("parseDenoSummary() ignores colours and reads lines that end as on Windows", () => {
  const output = "\x1b[32mok\x1b[0m | 3 passed | 0 failed \x1b[38;5;245m(7ms)\x1b[0m\r\n";
  assertEquals(parseDenoSummary(output), { passed: 3, failed: 0, skipped: 0 });
});

test("parseDenoSummary() finds nothing when the runner died", () => {
  assertEquals(parseDenoSummary("error: Module not found\n"), undefined);
});

test("parseBunSummary() reads the counts of a run that passed", () => {
  const output = "(pass) a\n\n 12 pass\n 0 fail\nRan 12 tests across 1 file. [72.00ms]\n";
  assertEquals(parseBunSummary(output), { passed: 12, failed: 0, skipped: 0 });
});

test("parseBunSummary() reads skipped, unwritten and failed tests", () => {
  const output =
    "x\n\n\n 1 pass\n 2 skip\n 3 todo\n 4 fail\n 3 errors\n 7 expect() calls\nRan 10 tests across 5 files. [1s]\n";
  assertEquals(parseBunSummary(output), { passed: 1, failed: 4, skipped: 5 });
});

test("parseBunSummary() ignores counts that a test printed", () => {
  const output = "\n\n 99 fail\n\nmore\n\n 1 pass\n 0 fail\nRan 1 test across 1 file. [1ms]\n";
  assertEquals(parseBunSummary(output), { passed: 1, failed: 0, skipped: 0 });
});

test("parseBunSummary() finds nothing when the runner died", () => {
  assertEquals(parseBunSummary("error: Cannot find module\n"), undefined);
});

test("addCounts() and formatCounts() sum up, and name skipped tests only when there are some", () => {
  const one = { passed: 2, failed: 1, skipped: 0 };
  assertEquals(formatCounts(addCounts(NO_TESTS, one)), "2 passed, 1 failed");
  assertEquals(
    formatCounts(addCounts(one, { ...one, skipped: 3 })),
    "4 passed, 2 failed, 3 skipped",
  );
});
