/** What the page of the library's test and its server call of each other. */
import {
  bidirectional,
  clientStream,
  defineContract,
  implement,
  type RpcContractHandlers,
  serverStream,
  unary,
} from "../../mod.ts";

/** What the server offers to the page. */
export const Probe = defineContract("Probe", {
  echo: unary<unknown, unknown>(),
  /** Answers when it is given up, and not before. */
  wait: unary<null, null>(),
  /** How many handlers of `wait` and `count` were given up. */
  givenUp: unary<null, number>(),
  count: serverStream<{ to: number }, number>(),
  add: clientStream<number, { count: number; sum: number }>(),
  double: bidirectional<number, number>(),
  fail: unary<null, null>(),
  /** Asks the page, over the same connection. */
  askPage: unary<null, string>(),
});

/** What the page offers to the server. */
export const PageProbe = defineContract("PageProbe", { title: unary<null, string>() });

/** Serves the probe. */
export function createProbe(
  options: Pick<RpcContractHandlers<typeof Probe>, "askPage" | "fail">,
): ReturnType<typeof implement<typeof Probe>> {
  let givenUp = 0;
  return implement(Probe, {
    ...options,
    echo: (value) => value,
    wait: (_request, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          givenUp++;
          resolve(null);
        });
      }),
    givenUp: () => givenUp,
    async *count({ to }) {
      let number = 0;
      try {
        while (number < to) yield ++number;
      } finally {
        if (number < to) givenUp++;
      }
    },
    async add(numbers) {
      let count = 0;
      let sum = 0;
      for await (const number of numbers) {
        count++;
        sum += number;
      }
      return { count, sum };
    },
    async *double(numbers) {
      for await (const number of numbers) yield number * 2;
    },
  });
}
