import { assertEquals } from "../support/assert.ts";
import type { Random } from "../support/random.ts";

/** What is compared with a `Map`. */
interface Numbers {
  readonly size: number;
  get(id: number): number | undefined;
  set(id: number, value: number): void;
  delete(id: number): boolean;
}

/** Does many things to numbers by id and to a `Map`, and fails where they differ; answers the map. */
export function compareWithMap(subject: Numbers, random: Random): Map<number, number> {
  const model = new Map<number, number>();
  for (let round = 0; round < 50_000; round++) {
    // Long runs of growth and of shrinking, with ids beyond 32 bits among them.
    const grows = round % 10_000 < 5_000;
    const id = 1 + Math.floor(random.next() * 4000) + (random.next() < 0.1 ? 2 ** 40 : 0);
    if (random.next() < (grows ? 0.8 : 0.2)) {
      subject.set(id, round);
      model.set(id, round);
    } else assertEquals(subject.delete(id), model.delete(id));
    if (subject.get(id) !== model.get(id)) throw new Error(`round ${round} differs at ${id}`);
    if (subject.size !== model.size) throw new Error(`round ${round} differs in size`);
  }
  return model;
}
