const HIGHEST = 1024;

/** Checks the option `maxDepth`; above 1024 the stack of some platform might not suffice. */
export function checkMaxDepth(maxDepth: number): number {
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > HIGHEST) {
    throw new RangeError(
      `Cannot create codec: found maxDepth ${maxDepth}, expected an integer from 1 to ${HIGHEST}`,
    );
  }
  return maxDepth;
}
