/**
 * Whether tests do all that they can, as in `npm run test:servers`: each step in a process of its own, all random cases, and thousands of
 * files. `npm test` shows the same with fewer of them.
 */
export const isFull: boolean = process.env.S3_TEST_FULL === "1";

/** How many random cases, rounds or files a test has: all of them, or some in `npm test`. */
export function amount(all: number, some: number): number {
  return isFull ? all : some;
}

/** Tests that take long. `npm test` has others of the same code. */
export function describeIfFull(title: string, suite: (this: Mocha.Suite) => void): void {
  if (isFull) describe(title, suite);
  else describe.skip(title, suite);
}
