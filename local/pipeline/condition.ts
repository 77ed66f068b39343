import type { TaskResult } from "../agent/task-result.ts";

/** By name in lower case. */
const conditions = new Map<string, (status: TaskResult) => boolean>([
  ["succeeded()", (status) => status === "Succeeded" || status === "SucceededWithIssues"],
  ["succeededorfailed()", (status) => status !== "Canceled"],
  ["failed()", (status) => status === "Failed"],
  ["always()", () => true],
]);

/**
 * Whether a condition holds for what has become of the job so far.
 *
 * @param condition one of `succeeded()`, `succeededOrFailed()`, `failed()`, `always()`.
 * @returns undefined for any other condition, which only the server can evaluate.
 */
export function evaluateCondition(condition: string, status: TaskResult): boolean | undefined {
  return conditions.get(condition.replace(/\s/g, "").toLowerCase())?.(status);
}
