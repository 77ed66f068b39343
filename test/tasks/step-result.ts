import assert from "node:assert/strict";
import type { StepResult } from "../../local/agent/agent.ts";

/** Checks that a step did all it had to, without a word of warning. */
export function assertSucceeded(result: StepResult): void {
  assert.deepEqual([result.result, result.issues], ["Succeeded", []], result.log.join("\n"));
  assert.equal(result.exitCode, 0);
}

/** Checks that a step failed with these errors, request ids apart, and ended by itself without a stack trace. */
export function assertFailed(result: StepResult, errors: readonly string[]): void {
  assert.deepEqual(errorsOf(result), errors, result.log.join("\n"));
  assert.equal(result.result, "Failed");
  assert.equal(result.exitCode, 0);
  assert.doesNotMatch(result.rawOutput, /^\s+at .*\.js/m, "no stack trace");
}

/** What a step reported as errors and warnings, request ids cut out. */
export function errorsOf({ issues }: StepResult): string[] {
  return issues.map(({ message }) => message.replaceAll(/, request id [^)]+/g, ""));
}

/** The lines of a log that are there however fast the machine is. */
export function linesBesideProgress({ log }: StepResult): string[] {
  return log.filter((line) => !/^\d+ %: |^(Waiting for the server|Checking the archives|Extracting): /.test(line));
}

/** A step's output variables. */
export function outputsOf({ outputVariables }: StepResult): Record<string, string> {
  return Object.fromEntries(Object.entries(outputVariables).map(([name, { value }]) => [name, value]));
}
