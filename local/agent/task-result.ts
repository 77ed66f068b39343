/** The agent's TaskResult, best first: a later one is worse. */
export const taskResults = ["Succeeded", "SucceededWithIssues", "Failed", "Canceled", "Skipped", "Abandoned"] as const;

export type TaskResult = (typeof taskResults)[number];

/** The worse of two results; but what is worse than Failed stays as it is (the agent's TaskResultUtil). */
export function mergeResults(current: TaskResult | undefined, coming: TaskResult): TaskResult {
  if (current === undefined) return coming;
  const rank = taskResults.indexOf(current);
  if (rank > taskResults.indexOf("Failed")) return current;
  return taskResults.indexOf(coming) >= rank ? coming : current;
}
