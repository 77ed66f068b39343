import assert from "node:assert/strict";
import type { TaskResult } from "../../../local/agent/task-result.ts";
import { type ConditionOutcome, evaluateCondition } from "../../../local/pipeline/condition.ts";

const variables: Record<string, string> = {
  "build.sourcebranch": "refs/heads/main",
  count: "2",
  empty: "",
  said: "it's",
  version: "1.10.0",
  "upload.s3uri": "s3://bucket/",
};
const jobs = new Map<string, TaskResult>([
  ["build", "Succeeded"],
  ["test", "Failed"],
  ["notes", "Skipped"],
]);

function evaluate(condition: string, status: TaskResult = "Succeeded"): ConditionOutcome {
  return evaluateCondition(condition, { status, variable: (name) => variables[name.toLowerCase()], jobs });
}

describe("A condition", () => {
  const cases: [condition: string, holds: boolean][] = [
    ["", true],
    ["true", true],
    ["False", false],
    ["eq(variables['Build.SourceBranch'], 'REFS/heads/main')", true],
    ["eq(variables.COUNT, 2)", true],
    ["eq(2, variables.count)", true],
    ["ne(variables.count, '3')", true],
    ["eq(variables['upload.s3Uri'], '')", false],
    ["eq(variables['missing.s3Uri'], '')", true],
    ["eq(variables.missing, variables.empty)", true],
    ["eq(variables.missing, 'x')", false],
    ["eq(variables.said, 'it''s')", true],
    ["eq(true, 'x')", true],
    ["eq(variables.count, true)", false],
    ["eq(1, 'one')", false],
    ["eq(0, '')", true],
    ["and(succeeded(), startsWith(variables['Build.SourceBranch'], 'refs/Heads/'))", true],
    ["or(false, endsWith(variables['Build.SourceBranch'], '/MAIN'))", true],
    ["not(contains(variables['build.sourceBranch'], 'release'))", true],
    ["in(variables.count, '1', 2, 'x')", true],
    ["notIn(variables.count, '1', '3')", true],
    ["xor(true, eq(1, 1))", false],
    ["gt(variables.count, '10')", true],
    ["gt(10, variables.count)", true],
    ["lt(-1.5, .5)", true],
    ["ge(1.2.3, '1.2')", true],
    ["le(1.9.9, variables.version)", true],
    ["eq(coalesce(variables.missing, variables.empty, 'last'), 'LAST')", true],
    ["eq(upper(trim(' a ')), lower('A'))", true],
    ["eq(replace('refs/heads/a/b', 'refs/heads/', ''), 'a/b')", true],
    [" AND( Succeeded( ) , Not( Failed() ) ) ", true],
    ["variables.count", true],
    ["variables.missing", false],
    ["succeeded('build')", true],
    ["succeeded('build', 'TEST')", false],
    ["failed('build', 'test')", true],
    ["succeeded('notes')", false],
  ];
  for (const [condition, holds] of cases) {
    it(`${holds ? "holds" : "does not hold"}: ${condition || "(none)"}`, () => {
      assert.deepEqual(evaluate(condition), { holds });
    });
  }

  const statuses: [condition: string, holdsFor: TaskResult[]][] = [
    ["succeeded()", ["Succeeded", "SucceededWithIssues"]],
    ["succeededOrFailed()", ["Succeeded", "SucceededWithIssues", "Failed"]],
    ["failed()", ["Failed"]],
    ["canceled()", ["Canceled"]],
    ["always()", ["Succeeded", "SucceededWithIssues", "Failed", "Canceled"]],
  ];
  for (const [condition, holdsFor] of statuses) {
    it(`${condition} holds for a job that is ${holdsFor.join(", ")}, and for no other`, () => {
      const all: TaskResult[] = ["Succeeded", "SucceededWithIssues", "Failed", "Canceled"];
      const found = all.filter((status) => JSON.stringify(evaluate(condition, status)) === '{"holds":true}');
      assert.deepEqual(found, holdsFor);
    });
  }

  const problems: [condition: string, problem: string][] = [
    ["eq(1", "it ends too early"],
    ["eq(1, 1) x", "'x' is not expected"],
    ["eq(1)", "eq does not take 1 parameters"],
    ["not(true, false)", "not does not take 2 parameters"],
    ["eq(, 1)", "',' is not expected"],
    ["and(false, sometimes())", "the function sometimes is unknown here"],
    ["dependencies.Build.result", "dependencies is unknown here"],
    ["$(flag)", "'$(flag)' is not an expression"],
    ["eq('a, 1)", "''a, 1)' is not an expression"],
    ["eq(1.2.x, 1)", "'1.2.' is not a number"],
    ["gt(1, 'one')", "one cannot be compared with 1"],
    ["succeeded('Deploy')", "there is no job Deploy before it"],
    ["variables", "it ends too early"],
    [`eq(${"${{"} parameters.x }}, 1)`, "it holds a template expression, which only the server expands"],
  ];
  for (const [condition, problem] of problems) {
    it(`cannot be evaluated: ${condition}`, () => assert.deepEqual(evaluate(condition), { problem }));
  }
});
