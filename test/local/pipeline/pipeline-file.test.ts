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
    isOnHost: false,
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
      skipped: [],
      jobs: [
        {
          id: "Job",
          name: "Job",
          variables: { version: "1.10", flag: "yes" },
          conditions: [],
          steps: [
            { ...plain, place: "azure-pipelines.yml (Line: 4, Col: 3)", line: 4, kind: "checkout", reference: "self" },
            {
              place: "azure-pipelines.yml (Line: 5, Col: 3)",
              line: 5,
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
              isOnHost: false,
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

  it("gives a script the inputs of the task that runs it", async () => {
    const { jobs } = await read(`
steps:
- script: echo one
- bash: |
    echo two
  name: two
  workingDirectory: sub
  failOnStderr: true
- pwsh: echo three
  target: host
- powershell: echo four
  target: { container: host }
`);
    assert.deepEqual(
      jobs[0]?.steps.map(({ kind, name, inputs, isOnHost }) => [kind, name, inputs, isOnHost]),
      [
        ["script", undefined, { shell: "script", script: "echo one" }, false],
        ["bash", "two", { shell: "bash", script: "echo two\n", workingDirectory: "sub", failOnStderr: "true" }, false],
        ["pwsh", undefined, { shell: "pwsh", script: "echo three" }, true],
        ["powershell", undefined, { shell: "powershell", script: "echo four" }, true],
      ],
    );
  });

  it("names the container of a job by its image, by a resource, or in full", async () => {
    const { jobs } = await read(`
resources:
  containers:
  - container: builder
    image: node:20
    volumes: [ "/etc/ca.pem:/etc/ca.pem:ro" ]
jobs:
- { job: Image, container: "ubuntu:24.04", steps: [] }
- { job: Resource, container: builder, steps: [] }
- { job: Alias, container: { alias: builder }, steps: [] }
- { job: Whole, container: { image: alpine, volumes: [ "/a:/b" ] }, steps: [] }
- { job: None, steps: [] }
`);
    const builder = { image: "node:20", volumes: ["/etc/ca.pem:/etc/ca.pem:ro"] };
    assert.deepEqual(
      jobs.map(({ container }) => container),
      [{ image: "ubuntu:24.04" }, builder, builder, { image: "alpine", volumes: ["/a:/b"] }, undefined],
    );
  });

  it("lists what only the server knows, with the tasks in it", async () => {
    const { skipped, jobs } = await read(`
variables:
- group: secrets
- template: vars.yml
- name: later
  value: $[ dependencies.A.outputs['x'] ]
- \${{ if eq(parameters.x, 1) }}:
  - name: never
    value: x
jobs:
- template: jobs.yml
- \${{ each name in parameters.names }}:
  - job: Each
    steps: [ { task: AwsS3Upload@1 }, { script: x } ]
- job: One
  variables:
    \${{ if true }}: { a: b }
    kept: yes
  steps:
  - template: steps.yml
  - \${{ if eq(variables.x, '1') }}:
    - task: AwsS3Download@1
  - \${{ parameters.steps }}
  - script: stays
    \${{ if true }}:
      displayName: gone
- job: Two
  steps: \${{ parameters.steps }}
`);
    const only = "only the server expands";
    assert.deepEqual(
      skipped.toSorted((left, right) => left.line - right.line).map(({ line, what, tasks }) => [line, what, tasks]),
      [
        [3, "variables of group secrets are missing here. Give them with --var", []],
        [4, "variables of template vars.yml are missing here. Give them with --var", []],
        [6, "variable later is missing here (dependencies is unknown here): $[ dependencies.A.outputs['x'] ]", []],
        [7, `${only} \${{ if eq(parameters.x, 1) }}`, []],
        [11, "template jobs.yml is not followed", []],
        [12, `${only} \${{ each name in parameters.names }}`, ["AwsS3Upload@1"]],
        [17, `${only} \${{ if true }}`, []],
        [20, "template steps.yml is not followed", []],
        [21, `${only} \${{ if eq(variables.x, '1') }}`, ["AwsS3Download@1"]],
        [23, `${only} \${{ parameters.steps }}`, []],
        [26, `${only} \${{ if true }}`, []],
        [28, `${only} \${{ parameters.steps }}`, []],
      ],
    );
    assert.deepEqual(
      jobs.map(({ name, variables, steps }) => [name, variables, steps.map(({ reference }) => reference)]),
      [
        ["One", { kept: "yes" }, ["stays"]],
        ["Two", {}, []],
      ],
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
