import { createDeferred, type Deferred } from "../../../src/internal/deferred.ts";
import { type Job, WorkSlots } from "../../../src/transports/connection/work_slots.ts";
import { assertEquals, assertRejects } from "../../support/assert.ts";
import { settle } from "../../support/fake_clock.ts";
import { test } from "../../support/test.ts";

/** A job that the test ends, and that tells what happens to it. */
class HandJob implements Job<string> {
  readonly name: string;
  readonly log: string[];
  readonly end: Deferred<string> = createDeferred();
  #isStopped = false;

  constructor(name: string, log: string[]) {
    this.name = name;
    this.log = log;
  }

  run(): Promise<string> {
    this.log.push(`run ${this.name}`);
    return this.#isStopped ? Promise.resolve("stopped") : this.end.promise;
  }

  stop(): void {
    this.#isStopped = true;
    this.log.push(`stop ${this.name}`);
    this.end.resolve("stopped");
  }
}

test("WorkSlots does so many jobs at once, and the others in order", async () => {
  const log: string[] = [];
  const jobs = ["a", "b", "c", "d"].map((name) => new HandJob(name, log));
  const slots = new WorkSlots(2);
  const works = jobs.map((job) => slots.start(job));
  assertEquals([log, slots.size], [["run a", "run b"], 4]);
  jobs[1]?.end.resolve("done b");
  assertEquals(await works[1]?.promise, "done b");
  await settle();
  assertEquals([log, slots.size], [["run a", "run b", "run c"], 3]);
  for (const job of jobs) job.end.resolve(`done ${job.name}`);
  const results = await Promise.all(works.map(({ promise }) => promise));
  await settle();
  assertEquals([results, slots.size], [["done a", "done b", "done c", "done d"], 0]);
});

test("WorkSlots goes on after a job that failed, and hands its error on", async () => {
  const log: string[] = [];
  const [first, second] = [new HandJob("a", log), new HandJob("b", log)];
  const slots = new WorkSlots(1);
  const failed = slots.start(first);
  const waiting = slots.start(second);
  first.end.reject(new TypeError("no"));
  await assertRejects(failed.promise, TypeError, "no");
  second.end.resolve("yes");
  assertEquals(await waiting.promise, "yes");
  await settle();
  assertEquals(slots.size, 0);
});

test("WorkSlots takes a dropped job out of the line at once", async () => {
  const log: string[] = [];
  const [first, second] = [new HandJob("a", log), new HandJob("b", log)];
  const slots = new WorkSlots(1);
  const running = slots.start(first);
  const waiting = slots.start(second);
  waiting.drop();
  assertEquals([await waiting.promise, slots.size], ["stopped", 1]);
  assertEquals(log, ["run a", "stop b", "run b"]);
  running.drop();
  assertEquals(await running.promise, "stopped");
  running.drop();
  await settle();
  assertEquals(slots.size, 0);
});
