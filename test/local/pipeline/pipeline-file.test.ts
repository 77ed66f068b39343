import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Pipeline, readPipelineFile } from "../../../local/pipeline/pipeline-file.ts";
import { temporaryFolder } from "../agent/fake-task.ts";

describe("A pipeline file", () => {
  const folder = temporaryFolder();

  async function read(text: string): Promise<Pipeline> {
    const file = join(folder(), "azure-pipelines.yml");
    writeFileSync(file, text);
    return await readPipelineFile(file);
  }

  const plain = {
    name: undefined,
    displayName: undefined,
    inputs: {},
    env: {},
    isEnabled: true,
    condition: undefined,
    continueOnError: false,
    timeoutInMinutes: 0,
    retryCountOnTaskFailure: 0,
  };

  it("gives each step with all that it says, values as they are written", async () => {
    const pipeline = await read(`
variables: { version: 1.10, flag: yes }
steps:
- checkout: self
- task: AwsS3Upload@1
  name: upload
  displayName: Upload $(version)
  inputs:
    bucketName: 0123
    globExpressions: |
      **/*.html
      !drafts/**
  env: { TOKEN: $(token) }
  enabled: false
  condition: always()
  continueOnError: True
  timeoutInMinutes: 5
  retryCountOnTaskFailure: 2
`);
    assert.deepEqual(pipeline, {
      notes: [],
      jobs: [
        {
          name: "Job",
          variables: { version: "1.10", flag: "yes" },
          conditions: [],
          steps: [
            { ...plain, place: "azure-pipelines.yml (Line: 4, Col: 3)", kind: "checkout", reference: "self" },
            {
              place: "azure-pipelines.yml (Line: 5, Col: 3)",
              kind: "task",
              reference: "AwsS3Upload@1",
              name: "upload",
              displayName: "Upload $(version)",
              inputs: { bucketName: "0123", globExpressions: "**/*.html\n!drafts/**\n" },
              env: { TOKEN: "$(token)" },
              isEnabled: false,
              condition: "always()",
              continueOnError: true,
              timeoutInMinutes: 5,
              retryCountOnTaskFailure: 2,
            },
          ],
        },
      ],
    });
  });

  it("is laid out stage by stage and job by job, the nearest variable winning", async () => {
    const { jobs } = await read(`
variables:
- name: a
  value: pipeline
- name: b
  value: pipeline
stages:
- stage: Build
  condition: always()
  variables: { b: stage }
  jobs:
  - job: One
    variables: { c: job }
    condition: failed()
    steps: [ { script: one } ]
  - job: Two
    steps: [ { bash: two } ]
- stage: Deploy
  jobs:
  - deployment: Site
    environment: production
    strategy:
      runOnce:
        preDeploy: { steps: [ { script: before } ] }
        deploy: { steps: [ { task: AwsS3Upload@1 } ] }
`);
    assert.deepEqual(
      jobs.map(({ name, variables, conditions, steps }) => [
        name,
        variables,
        conditions,
        steps.map((step) => step.reference),
      ]),
      [
        ["One", { a: "pipeline", b: "stage", c: "job" }, ["always()", "failed()"], ["one"]],
        ["Two", { a: "pipeline", b: "stage" }, ["always()"], ["two"]],
        ["Site", { a: "pipeline", b: "pipeline" }, [], ["before", "AwsS3Upload@1"]],
      ],
    );
  });

  it("names what only the server knows", async () => {
    const { notes, jobs } = await read(`
variables:
- group: secrets
- template: vars.yml
- name: later
  value: $[ dependencies.A.outputs['x'] ]
jobs:
- template: jobs.yml
- job: One
  steps: []
`);
    assert.deepEqual(notes, [
      "azure-pipelines.yml (Line: 3, Col: 3): variables of group secrets are missing here; give them with --var.",
      "azure-pipelines.yml (Line: 4, Col: 3): variables of template vars.yml are missing here; give them with --var.",
      "Variable later holds an expression, which only the server evaluates: $[ dependencies.A.outputs['x'] ]",
      "azure-pipelines.yml (Line: 8, Col: 3): template jobs.yml is not followed; its jobs do not run here.",
    ]);
    assert.deepEqual(
      jobs.map(({ name, variables }) => [name, variables]),
      [["One", {}]],
    );
  });

  const mistakes: [text: string, problems: RegExp[]][] = [
    ["steps:\n- task: [", [/^azure-pipelines\.yml \(Line: 2, Col: \d+\): /]],
    ["trigger: none\n", [/Line: 1, Col: 1\): A pipeline needs steps, jobs or stages/]],
    ["steps: yes\n", [/Line: 1, Col: 8\): steps must be a list\./]],
    ["steps:\n- run: x\n", [/Line: 2, Col: 3\): A step needs one of task, script, .*; this one has run\./]],
    [
      "steps:\n- task: A@1\n  enabled: maybe\n  timeoutInMinutes: 1.5\n  inputs: [x]\n",
      [
        /Line: 5, Col: 11\): inputs must be a mapping\./,
        /Line: 3, Col: 12\): enabled must be true or false, not 'maybe'\./,
        /Line: 4, Col: 21\): timeoutInMinutes must be a whole number, not '1.5'\./,
      ],
    ],
    ["variables:\n- value: x\nsteps: []\n", [/Line: 2, Col: 3\): A variable needs a name, a group or a template\./]],
  ];
  for (const [text, problems] of mistakes) {
    it(`that is wrong is told so by line and column: ${JSON.stringify(text)}`, async () => {
      await assert.rejects(read(text), (error: { problems: string[] }) => {
        assert.equal(error.problems.length, problems.length, error.problems.join("\n"));
        for (const [index, problem] of problems.entries()) assert.match(error.problems[index] ?? "", problem);
        return true;
      });
    });
  }

  it("that does not exist is told so", async () => {
    await assert.rejects(readPipelineFile(join(folder(), "none.yml")), /The pipeline file cannot be read: ENOENT/);
  });
});
