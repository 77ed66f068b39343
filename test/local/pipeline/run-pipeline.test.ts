import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PipelineOptions } from "../../../local/pipeline/run-pipeline.ts";
import { writeTask } from "../agent/fake-task.ts";
import { otherId, pipelineFolder, results, runIn, said } from "./say-pipeline.ts";

describe("A pipeline run", () => {
  const folder = pipelineFolder();
  const run = (text: string, options: Partial<PipelineOptions> = {}) => runIn(folder(), text, options);

  it("hands the variables of a step on to later ones, outputs under the step's name", async () => {
    const { log } = await run(
      `
variables: { a: from the file, b: from the file }
steps:
- task: Say@1
  name: first
  inputs: { text: $(a) and $(b) }
- task: publisher.extension.say@1
  inputs: { message: "$(first.told), $(last), $(told)" }
`,
      { variables: { B: "from outside" } },
    );
    const first = "from the file and from outside";
    assert.deepEqual(said(log), [first, `${first}, ${first}, $(told)`]);
  });

  it("runs scripts, and lists at the end what it does not run", async () => {
    const { run: result, log } = await run(
      `
steps:
- script: |
    echo one
    echo two
- task: CmdLine@2
- template: more.yml
- task: Say@1
  displayName: Say $(what)
  inputs: { message: hello }
  enabled: true
- bash: echo \${{ parameters.x }}
- publish: somewhere
- checkout: self
`,
      { variables: { what: "hello" } },
    );
    assert.equal(result.result, "Succeeded");
    assert.deepEqual(log, [
      "##[section]Starting: CmdLine",
      "=".repeat(78),
      "Task         : Command line",
      "Description  : Run a command line script using Bash on Linux and macOS and cmd.exe on Windows",
      "Version      : 2.0.0",
      "Author       : Microsoft Corporation, played by the local agent",
      "Help         : ",
      "=".repeat(78),
      "========================== Starting Command Output ===========================",
      "one",
      "two",
      "##[section]Finishing: CmdLine",
      "##[section]Starting: Say hello",
      "=".repeat(78),
      "Task         : Fake task",
      "Description  : Does what a test wants",
      "Version      : 1.2.3",
      "Author       : tests",
      "Help         : None",
      "=".repeat(78),
      "says hello",
      "##[section]Finishing: Say hello",
      "##[section]Summary",
      "  CmdLine    Succeeded",
      "  Say hello  Succeeded            Succeeded",
      "##[section]Not run here",
      "  pipeline.yml (Line: 6, Col: 3): task CmdLine@2: only Say and scripts run here.",
      "  pipeline.yml (Line: 7, Col: 3): template more.yml is not followed.",
      `  pipeline.yml (Line: 12, Col: 3): bash echo \${{ parameters.x }}: it holds a template expression, which only the server expands.`,
      "  pipeline.yml (Line: 13, Col: 3): publish somewhere: only Say and scripts run here.",
      "Result: Succeeded",
    ]);
  });

  const withExpression = [
    ["steps", `steps:\n- \${{ if true }}:\n  - task: Say@1\n`],
    [
      "jobs",
      `jobs:\n- \${{ if true }}:\n  - job: A\n    steps: [ { task: x.y.say@1 } ]\n- job: B\n  steps: [ script: a ]\n`,
    ],
    ["stages", `stages:\n- \${{ each a in b }}:\n  - stage: A\n    jobs: [ { job: A, steps: [ { task: Say@2 } ] } ]\n`],
  ] as const;
  for (const [kind, text] of withExpression) {
    it(`has failed where ${kind} with a step of ours stand under a template expression`, async () => {
      const { run: result, log } = await run(text);
      assert.equal(result.result, "Failed");
      const error =
        /^##\[error\]pipeline\.yml \(Line: 2, Col: 3\): only the server expands \$\{\{ .* \}\}\. It has steps of this extension, which did not run: the run counts as failed\.$/;
      assert.equal(log.filter((line) => error.test(line)).length, 1, log.join("\n"));
    });
  }

  it("does not fail for a template expression without a step of ours", async () => {
    const text = `steps:\n- task: Say@1\n  inputs: { message: a }\n- \${{ if true }}:\n  - task: Other@1\n`;
    const { run: result } = await run(text);
    assert.deepEqual([result.result, result.skipped.length], ["Succeeded", 1]);
  });

  it("runs nothing of a file that has no step of ours", async () => {
    const log: string[] = [];
    await assert.rejects(run("steps: [ { script: echo says no } ]", { onLine: (line) => log.push(line) }), {
      name: "NothingToRunError",
      message: /^No step of .*pipeline\.yml uses a task of this extension: nothing was run\.$/,
    });
    assert.deepEqual(log, []);
  });

  it("gives the outputs of a step without a name the name of its task, those of the first one", async () => {
    const { log } = await run(`
steps:
- { task: Say@1, inputs: { message: first } }
- { task: Say@1, inputs: { message: second } }
- { bash: 'echo "##vso[task.setvariable variable=a;isoutput=true]from bash"' }
- { task: Say@1, name: named, inputs: { message: "$(Say.told), $(SAY.told), $(Bash.a)" } }
`);
    assert.deepEqual(said(log), ["first", "second", "first, first, from bash"]);
  });

  it("leaves the name of a task to the step that has it as its own", async () => {
    const { log } = await run(`
steps:
- { task: Say@1, inputs: { message: first } }
- { task: Say@1, name: say, inputs: { message: second } }
- { task: Say@1, inputs: { message: "$(Say.told)" } }
`);
    assert.deepEqual(said(log), ["first", "second", "second"]);
  });

  it("runs each step where its condition holds", async () => {
    const step = (message: string, more = "") =>
      `- task: Say@1\n  displayName: ${message}\n  inputs: { message: ${message} }\n${more}`;
    const { run: result } = await run(`steps:
${step("early failed()", "  condition: failed()\n")}
${step("breaks").replace("message: breaks", "message: breaks, end: Failed")}
${step("by default")}
${step("failed()", "  condition: failed()\n")}
${step("always()", "  condition: Always( )\n")}
${step("succeededOrFailed()", "  condition: succeededOrFailed()\n")}
${step("disabled", "  condition: always()\n  enabled: false\n")}
${step("by a variable", "  condition: and(always(), eq(variables['last'], 'succeededOrFailed()'))\n")}
${step("by another one", "  condition: eq(variables.last, 1)\n")}
${step("beyond us", "  condition: eq(dependencies.A.result, 1)\n")}
`);
    assert.equal(result.result, "Failed");
    assert.deepEqual(results(result), [
      "early failed(): Skipped",
      "breaks: Failed",
      "by default: Skipped",
      "failed(): Succeeded",
      "always(): Succeeded",
      "succeededOrFailed(): Succeeded",
      "disabled: Skipped",
      "by a variable: Succeeded",
      "by another one: Skipped",
      "beyond us: Failed",
    ]);
    assert.deepEqual(
      result.steps.flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
      [
        "its condition failed() is not met: the status is Succeeded",
        "its condition succeeded() is not met: the status is Failed",
        "it is not enabled",
        "its condition eq(variables.last, 1) is not met: the status is Failed",
        "its condition eq(dependencies.A.result, 1) cannot be evaluated here: dependencies is unknown here",
      ],
    );
  });

  it("goes on after a step that continues on error, with issues", async () => {
    const { run: result } = await run(`
steps:
- { task: Say@1, inputs: { message: a, end: Failed }, continueOnError: true }
- { task: Say@1, inputs: { message: b } }
`);
    assert.equal(result.result, "SucceededWithIssues");
    assert.deepEqual(results(result), ["Say: SucceededWithIssues", "Say: Succeeded"]);
  });

  it("takes jobs in turn, each with its own variables and status, after a failure only those that are asked to", async () => {
    const { run: result, log } = await run(`
jobs:
- job: One
  variables: { who: one }
  steps: [ { task: Say@1, inputs: { message: $(who) $(last), end: Failed } } ]
- job: Two
  steps: [ { task: Say@1, inputs: { message: unheard }, condition: always() } ]
- job: Three
  condition: failed()
  steps: [ { task: Say@1, inputs: { message: $(who) $(last) } } ]
`);
    assert.deepEqual(said(log), ["one $(last)", "$(who) $(last)"]);
    assert.deepEqual(
      result.steps.map(({ job, result: end }) => [job, end]),
      [
        ["One", "Failed"],
        ["Two", "Skipped"],
        ["Three", "Succeeded"],
      ],
    );
  });

  it("runs a job of a parallel strategy so many times, each told its place, whatever becomes of the others", async () => {
    const { run: result, log } = await run(`
jobs:
- job: Share
  strategy: { parallel: 2 }
  steps:
  - task: Say@1
    inputs: { message: "$(System.JobPositionInPhase)/$(System.TotalJobsInPhase)", end: Failed }
- job: After
  steps: [ { task: Say@1, inputs: { message: after } } ]
- job: Alone
  condition: always()
  steps: [ { task: Say@1, inputs: { message: "$(System.JobPositionInPhase)/$(System.TotalJobsInPhase)" } } ]
`);
    assert.deepEqual(said(log), ["1/2", "2/2", "1/1"]);
    assert.deepEqual(
      result.steps.map((step) => `${step.job}: ${step.result}`),
      ["Share 1 of 2: Failed", "Share 2 of 2: Failed", "After: Skipped", "Alone: Succeeded"],
    );
  });

  it("evaluates the conditions of jobs by variables of the server and by the jobs before", async () => {
    const { run: result, log } = await run(`
variables: { deploy: yes }
jobs:
- job: Build
  steps: [ { task: Say@1, inputs: { message: a, end: Failed } } ]
- job: Deploy
  condition: and(not(succeeded('Build')), eq(variables.deploy, 'YES'), eq(variables['Build.SourceBranch'], 'refs/heads/main'))
  steps: [ { task: Say@1, inputs: { message: b } } ]
- job: OnAgent
  condition: eq(variables['Agent.Name'], 'local')
  steps: [ { task: Say@1, inputs: { message: c } } ]
- job: AfterSkipped
  condition: succeeded('OnAgent')
  steps: [ { task: Say@1, inputs: { message: d } } ]
- job: Beyond
  condition: eq(stageDependencies.A.B.result, 'x')
  steps: [ { task: Say@1, inputs: { message: e } }, { script: echo } ]
`);
    assert.deepEqual(
      result.steps.map(({ job, result: end, reason }) => [job, end, reason]),
      [
        ["Build", "Failed", undefined],
        ["Deploy", "Succeeded", undefined],
        ["OnAgent", "Skipped", "its job does not run"],
        ["AfterSkipped", "Skipped", "its job does not run"],
        ["Beyond", "Failed", "its job does not run"],
        ["Beyond", "Failed", "its job does not run"],
      ],
    );
    assert.deepEqual(
      log.filter((line) => /^(##\[error\])?Job /.test(line)),
      [
        "Job OnAgent: its condition eq(variables['Agent.Name'], 'local') is not met: the status is Failed.",
        "Job AfterSkipped: its condition succeeded('OnAgent') is not met: the status is Failed.",
        "##[error]Job Beyond: its condition eq(stageDependencies.A.B.result, 'x') cannot be evaluated here: stageDependencies is unknown here.",
      ],
    );
  });

  it("evaluates variables that are expressions when their job starts", async () => {
    const { log } = await run(`
variables:
  isMain: $[eq(variables['Build.SourceBranch'], 'refs/heads/main')]
  both: $[ and(variables.isMain, true) ]
  onAgent: $[variables['Agent.Name']]
  later: $[ dependencies.A.result ]
steps:
- task: Say@1
  condition: eq(variables.isMain, true)
  inputs: { message: "$(isMain) $(both) '$(onAgent)' $(later)" }
`);
    assert.deepEqual(said(log), ["True True '' $(later)"]);
  });

  it("runs a job of a matrix once for each of its names, with variables of their own", async () => {
    const { run: result, log } = await run(`
jobs:
- job: Site
  variables: { region: none, kind: site }
  strategy:
    matrix:
      Europe: { region: eu-west-1 }
      America: { region: us-east-1 }
  steps: [ { task: Say@1, inputs: { message: "$(kind) $(region)", end: Failed } } ]
`);
    assert.deepEqual(said(log), ["site eu-west-1", "site us-east-1"]);
    assert.deepEqual(
      result.steps.map(({ job }) => job),
      ["Site Europe", "Site America"],
    );
  });

  it("has failed where the condition of a job of ours cannot be evaluated, though nothing else went wrong", async () => {
    const text = "jobs: [ { job: A, condition: maybe(), steps: [ { task: Say@1, inputs: { message: a } } ] } ]";
    const { run: result, log } = await run(text);
    assert.equal(result.result, "Failed");
    assert.deepEqual(log.slice(0, 2), [
      "##[section]Failed: Job A",
      "##[error]Job A: its condition maybe() cannot be evaluated here: the function maybe is unknown here.",
    ]);
  });

  it("skips scripts whose condition cannot be evaluated, and does not fail for them", async () => {
    const { run: result } = await run(`
jobs:
- job: Ours
  steps: [ { script: echo says no, condition: maybe() }, { task: Say@1, inputs: { message: a } } ]
- job: Notes
  condition: eq(dependencies.Ours.outputs['a.b'], 'x')
  steps: [ { script: echo says no } ]
`);
    assert.equal(result.result, "Succeeded");
    assert.deepEqual(
      result.steps.map(({ title, result: end, reason }) => [title, end, reason]),
      [
        ["CmdLine", "Skipped", "its condition maybe() cannot be evaluated here: the function maybe is unknown here"],
        ["Say", "Succeeded", undefined],
        ["CmdLine", "Skipped", "its job does not run"],
      ],
    );
  });

  it("imitates a container, and says what of it", async () => {
    const { run: result, log } = await run(
      `
jobs:
- job: A
  container: { image: "node:20", volumes: [ "/a:/b" ] }
  steps:
  - { bash: "kill -9 $PPID" }
  - { task: Say@1, name: last, inputs: { message: "$(Say.told)" } }
  - { bash: 'test -e "$SOURCES" && ! test -e "$OUTSIDE"', env: { SOURCES: $(Build.SourcesDirectory), OUTSIDE: ${process.execPath} } }
`,
    );
    assert.equal(result.result, "Succeeded");
    assert.deepEqual(log.slice(0, 4), [
      "Container job (node:20): the image is not started, the steps run on this machine.",
      "As in a container: a path that the agent does not mount does not exist (it is shown as /not-in-container/…), no variables or home folder of the agent's user, no signal when the run is canceled, and a process that is killed counts as exit code 0.",
      "Not as in a container: programs are those of this machine, and mounted folders keep their paths.",
      "The volume /a:/b is not mounted here.",
    ]);
    assert.deepEqual(results(result), ["Bash: Succeeded", "Say: Succeeded", "Bash: Succeeded"]);
  });

  it("warns of an input that the task does not know", async () => {
    const { log } = await run("steps: [ { task: Say@1, inputs: { message: a, mesage: b } } ]");
    assert.equal(
      log[0],
      "##[warning]pipeline.yml (Line: 1, Col: 10): Job Job: Step Say input mesage is unknown to the task.",
    );
  });

  it("makes a connection of the shell's AWS variables where there is none, and masks its secrets", async () => {
    const text = "steps: [ { task: Say@1, inputs: { message: AKIA and hush, connection: mine } } ]";
    const { log } = await run(text, { shell: { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "hush" } });
    assert.equal(
      log[0],
      "Service connection mine is made of the shell's AWS variables; its URL is https://s3.amazonaws.com/.",
    );
    assert.deepEqual(said(log), ["*** and ***"]);
  });

  it("works on the folder of the pipeline file, or on another", async () => {
    const show = "console.log('says ' + process.env.INPUT_WHERE + ' ' + process.env.SYSTEM_HOSTTYPE)";
    const inputs = [{ name: "where", type: "filePath" }];
    writeTask(join(folder(), "tasks"), { name: "Show", id: otherId, script: show, inputs });
    const artifacts = join(folder(), "artifacts");
    mkdirSync(join(artifacts, "_site"), { recursive: true });
    const text = "steps: [ { task: Show@1, inputs: { where: _site } } ]";
    assert.deepEqual(said((await run(text)).log), [`${folder()}/_site build`]);
    const release = await run(text, { sourcesFolder: artifacts, hostType: "release" });
    assert.deepEqual(said(release.log), [`${artifacts}/_site release`]);
  });

  it("that is canceled cancels the running step, runs those that run always, and no others", async () => {
    const wait = 'console.log("waiting"); setInterval(() => {}, 1e6)';
    writeTask(join(folder(), "tasks"), { name: "Wait", id: otherId, script: wait });
    const cancel = new AbortController();
    const log: string[] = [];
    const { run: result } = await run(
      `
steps:
- task: Wait@1
- { task: Say@1, inputs: { message: next } }
- { task: Say@1, inputs: { message: even then }, condition: succeededOrFailed() }
- { task: Say@1, inputs: { message: always }, condition: always() }
`,
      {
        cancel: cancel.signal,
        onLine: (line) => {
          log.push(line);
          if (line === "waiting") cancel.abort();
        },
      },
    );
    assert.equal(result.result, "Canceled");
    assert.deepEqual(results(result), ["Wait: Canceled", "Say: Skipped", "Say: Skipped", "Say: Succeeded"]);
    assert.deepEqual(said(log), ["always"]);
  });
});
