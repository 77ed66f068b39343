export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The tests of one suite against one server under one Node. */
export interface TestRun extends Counts {
  suite: string;
  server: string;
  node: string;
  /** How long it took, to see where the time goes. */
  minutes: string;
}

/** What was not run at all. */
export interface SkippedPart {
  part: string;
  /** Why, and how to get it. */
  reason: string;
}

/** All that was run and skipped, as text; its last line is the sum, in which a skipped part counts as one. */
export function report(runs: readonly TestRun[], skippedParts: readonly SkippedPart[]): string {
  const { passed, failed, skipped } = sum(runs);
  return [
    table(runs),
    ...skippedParts.map(({ part, reason }) => `Skipped ${part}: ${reason}`),
    `${passed} passed, ${failed} failed, ${skipped + skippedParts.length} skipped`,
  ].join("\n");
}

export function sum(counts: readonly Counts[]): Counts {
  return counts.reduce<Counts>(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

function table(runs: readonly TestRun[]): string {
  const columns = ["suite", "server", "node", "passed", "failed", "skipped", "minutes"] as const;
  const rows = [columns, ...runs.map((run) => columns.map((column) => String(run[column])))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
