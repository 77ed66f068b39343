import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PipelineResult } from "../../../local/pipeline/pipeline-result.ts";
import { type PipelineOptions, runPipeline } from "../../../local/pipeline/run-pipeline.ts";
import { temporaryFolder, writeTask } from "../agent/fake-task.ts";

/** Prints its message, sets an output and a job variable, and ends as its input `end` says. */
const script = `
  console.log("says " + process.env.INPUT_MESSAGE);
  console.log("##vso[task.setvariable variable=told;isoutput=true]" + process.env.INPUT_MESSAGE);
  console.log("##vso[task.setvariable variable=last]" + process.env.INPUT_MESSAGE);
  console.log("##vso[task.complete result=" + process.env.INPUT_END + "]" + process.env.INPUT_END);`;

describe("A pipeline run", () => {
  const folder = temporaryFolder();

  beforeEach(() => {
    writeTask(join(folder(), "tasks"), {
      name: "Say",
      script,
      inputs: [
        { name: "message", aliases: ["text"], type: "string", required: true },
        { name: "end", type: "string", defaultValue: "Succeeded" },
        { name: "where", type: "filePath" },
        { name: "connection", type: "connectedService:AwsS3" },
      ],
    });
  });

  async function run(
    text: string,
    options: Partial<PipelineOptions> = {},
  ): Promise<{ run: PipelineResult; log: string[] }> {
    const file = join(folder(), "pipeline.yml");
    writeFileSync(file, text);
    const log: string[] = [];
    const tasksFolder = join(folder(), "tasks");
    const result = await runPipeline({ file, tasksFolder, onLine: (line) => log.push(line), ...options });
    return { run: result, log };
  }

  const said = (log: string[]) => log.filter((line) => line.startsWith("says ")).map((line) => line.slice(5));
  const results = ({ steps }: PipelineResult) => steps.map(({ title, result }) => `${title}: ${result}`);

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

  it("skips what is not ours, and says so in the log and in the summary", async () => {
    const { run: result, log } = await run(
      `
steps:
- script: |
    echo one
    echo two
- task: CmdLine@2
- task: Say@1
  displayName: Say $(what)
  inputs: { message: hello }
  enabled: true
- checkout: self
`,
      { variables: { what: "hello" } },
    );
    assert.equal(result.result, "Succeeded");
    const missing = "only Say can run here; whatever this step does is missing from here on";
    assert.deepEqual(log, [
      "##[section]Skipped: script: echo one",
      `pipeline.yml (Line: 3, Col: 3): ${missing}.`,
      "##[section]Skipped: task: CmdLine@2",
      `pipeline.yml (Line: 6, Col: 3): ${missing}.`,
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
      "##[section]Skipped: checkout: self",
      "pipeline.yml (Line: 11, Col: 3): the sources folder stands in for it.",
      "##[section]Summary",
      `  script: echo one  Skipped              ${missing}`,
      `  task: CmdLine@2   Skipped              ${missing}`,
      "  Say hello         Succeeded            Succeeded",
      "  checkout: self    Skipped              the sources folder stands in for it",
      "Result: Succeeded",
    ]);
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
${step("beyond us", "  condition: eq(variables.a, 1)\n")}
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
      "beyond us: Skipped",
    ]);
    assert.deepEqual(
      result.steps.flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
      [
        "its condition failed() does not hold: so far all is Succeeded",
        "its condition succeeded() does not hold: so far all is Failed",
        "it is not enabled",
        "its condition eq(variables.a, 1) cannot be evaluated here, only succeeded(), succeededOrFailed(), failed() and always() can",
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

  it("refuses a parallel strategy that is none", async () => {
    await assert.rejects(run("jobs: [ { job: A, strategy: { parallel: many }, steps: [] } ]"), {
      message: "pipeline.yml (Line: 1, Col: 41): parallel must be a number from 1 to 99, not 'many'.",
    });
  });

  it("runs nothing where one of our steps is wrong, and tells all that is wrong", async () => {
    const log: string[] = [];
    const text = `
steps:
- task: Say@1
  inputs: { message: fine }
- task: Say@1
  name: second
  inputs: { connection: production }
  env: { A: "\${{ parameters.a }}" }
- task: Say@2
`;
    await assert.rejects(run(text, { onLine: (line) => log.push(line) }), {
      problems: [
        "pipeline.yml (Line: 5, Col: 3): Job Job: Step second input connection references service connection production which could not be found. The service connection does not exist, has been disabled or hasn't been authorized for use.",
        "pipeline.yml (Line: 5, Col: 3): Job Job: Step second input message is required.",
        `pipeline.yml (Line: 5, Col: 3): Job Job: Step second env A holds a template expression, which only the server expands: \${{ parameters.a }}`,
        "pipeline.yml (Line: 9, Col: 3): Task Say@2 is missing: here is Say@1.",
      ],
    });
    assert.deepEqual(log, []);
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
    writeTask(join(folder(), "tasks"), { name: "Show", id: "show", script: show, inputs });
    const artifacts = join(folder(), "artifacts");
    mkdirSync(join(artifacts, "_site"), { recursive: true });
    const text = "steps: [ { task: Show@1, inputs: { where: _site } } ]";
    assert.deepEqual(said((await run(text)).log), [`${folder()}/_site build`]);
    const release = await run(text, { sourcesFolder: artifacts, hostType: "release" });
    assert.deepEqual(said(release.log), [`${artifacts}/_site release`]);
  });

  it("that is canceled cancels the running step, runs those that run always, and no others", async () => {
    const wait = 'console.log("waiting"); setInterval(() => {}, 1e6)';
    writeTask(join(folder(), "tasks"), { name: "Wait", id: "wait", script: wait });
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

  it("without built tasks says how to build them", async () => {
    await assert.rejects(run("steps: []", { tasksFolder: join(folder(), "nothing") }), {
      problems: [`There are no tasks in ${folder()}/nothing: run "npm run build" first.`],
    });
  });
});
