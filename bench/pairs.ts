import type { Sample, Timing } from "./sample.ts";

/** How often each program runs, unless it is said otherwise. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

/** A program at some piece of work: does it once, from scratch, and is measured. */
export interface Contestant {
  readonly tool: string;
  run(): Promise<Sample>;
}

/**
 * Runs programs in turn, so that whatever else the machine does meets them alike: first once each, which is not counted, to warm the
 * machine and the server, and then so many times.
 */
export async function runInTurn(contestants: readonly Contestant[], rounds = ROUNDS): Promise<Timing[]> {
  for (const { run } of contestants) await run();
  const timings = contestants.map(({ tool }) => ({ tool, samples: [] as Sample[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { run }] of contestants.entries()) timings[index]?.samples.push(await run());
  }
  return timings;
}

/** Runs programs once, to have a figure beside those that are compared with care. */
export async function runOnce(contestants: readonly Contestant[]): Promise<Timing[]> {
  const timings: Timing[] = [];
  for (const { tool, run } of contestants) timings.push({ tool, samples: [await run()] });
  return timings;
}
