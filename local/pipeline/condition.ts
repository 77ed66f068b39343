import type { TaskResult } from "../agent/task-result.ts";
import { type ExpressionContext, ExpressionError, evaluateExpression } from "./expression.ts";
import { toBoolean, toText, type Value } from "./expression-value.ts";

/** What a condition looks at. */
export interface ConditionContext {
  /** What has become of the job (for a step) or of the jobs before it (for a job). */
  status: TaskResult;
  /** A variable by its name, in any case. */
  variable: (name: string) => string | undefined;
  /** The results of the jobs before, by name: for the condition of a job or a stage alone. */
  jobs?: ReadonlyMap<string, TaskResult> | undefined;
}

/** Whether a condition holds, or why this cannot be decided here. */
export type ConditionOutcome = { holds: boolean } | { problem: string };

const succeeds: readonly TaskResult[] = ["Succeeded", "SucceededWithIssues"];

/** Evaluates the `condition:` of a step, a job or a stage. An empty one is `succeeded()`. */
export function evaluateCondition(condition: string, context: ConditionContext): ConditionOutcome {
  if (condition.includes("${{")) return { problem: "it holds a template expression, which only the server expands" };
  try {
    return { holds: toBoolean(evaluateExpression(condition.trim() || "succeeded()", expressionContext(context))) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { problem: error.message };
  }
}

/**
 * Evaluates a variable's value of the form `$[ expression ]`, as the server does when a job starts.
 *
 * @returns the value itself where it is no such expression.
 */
export function evaluateVariable(value: string, context: ConditionContext): { text: string } | { problem: string } {
  const expression = /^\s*\$\[(.*)\]\s*$/s.exec(value)?.[1];
  if (expression === undefined) return { text: value };
  try {
    return { text: toText(evaluateExpression(expression, expressionContext(context))) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { problem: error.message };
  }
}

function expressionContext({ status, variable, jobs }: ConditionContext): ExpressionContext {
  const statusFunction =
    (holds: (result: TaskResult) => boolean, isEnough: "every" | "some" = "every") =>
    (parameters: readonly Value[]): boolean =>
      parameters.length === 0 ? holds(status) : parameters[isEnough]((name) => holds(resultOf(String(name), jobs)));
  return {
    functions: new Map([
      ["always", statusFunction(() => true)],
      ["canceled", statusFunction((result) => result === "Canceled")],
      ["failed", statusFunction((result) => result === "Failed", "some")],
      ["succeeded", statusFunction((result) => succeeds.includes(result))],
      ["succeededorfailed", statusFunction((result) => succeeds.includes(result) || result === "Failed")],
    ]),
    namedValues: new Map([["variables", (name: string) => variable(name) ?? null]]),
  };
}

/** @throws ExpressionError where there is no such job, as in the condition of a step */
function resultOf(name: string, jobs: ConditionContext["jobs"]): TaskResult {
  const result = jobs?.get(name.toLowerCase());
  if (result === undefined) throw new ExpressionError(`there is no job ${name} before it`);
  return result;
}
