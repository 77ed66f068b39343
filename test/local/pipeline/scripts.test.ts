import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PipelineOptions } from "../../../local/pipeline/run-pipeline.ts";
import { pipelineFolder, results, runIn, said } from "./say-pipeline.ts";

describe("A pipeline run with scripts", () => {
  const folder = pipelineFolder();
  const run = (text: string, options: Partial<PipelineOptions> = {}) => runIn(folder(), text, options);

  it("leaves out scripts if asked to", async () => {
    const text = "steps: [ { script: echo says no }, { task: Say@1, inputs: { message: yes } } ]";
    const { run: result, log } = await run(text, { skipsScripts: true });
    assert.deepEqual([said(log), results(result)], [["yes"], ["Say: Succeeded"]]);
    assert.deepEqual(
      result.skipped.map(({ what }) => what),
      ["script echo says no: scripts are skipped"],
    );
  });

  it("gives scripts their variables and env, no inputs and no secrets, and takes their logging commands", async () => {
    const { log, run: result } = await run(
      `
variables: { plain: of the file }
steps:
- bash: |
    echo "says $PLAIN $MAPPED $(plain) in $(basename "$PWD")"
    env | grep -E '^(INPUT|SECRET|ENDPOINT)_' || echo "says nothing secret"
    echo "##vso[task.setvariable variable=later]set"
    echo "##vso[task.setvariable variable=out;isoutput=true]output"
    echo to stderr >&2
  name: first
  env: { MAPPED: "mapped $(plain)" }
  workingDirectory: tasks
- script: echo "says $(later) $(first.out) $LATER"
- task: Say@1
  inputs: { message: "$(first.out)" }
`,
    );
    assert.deepEqual(said(log), [
      "of the file mapped of the file of the file in tasks",
      "nothing secret",
      "set output set",
      "output",
    ]);
    assert.ok(log.includes("to stderr"));
    assert.equal(result.result, "Succeeded");
  });

  it("has a script fail by its exit code, by its errors if asked to, and where its folder is not there", async () => {
    const { run: result } = await run(`
steps:
- script: exit 3
- { bash: "kill -9 $$", condition: always() }
- { script: echo bad >&2, failOnStderr: true, condition: always() }
- { script: echo bad >&2, condition: always() }
- { script: echo a, workingDirectory: nowhere, condition: always() }
- { task: Say@1, inputs: { message: a } }
`);
    assert.deepEqual(
      result.steps.map(({ result: end, outcome }) => [end, outcome?.issues.map(({ message }) => message)]),
      [
        ["Failed", ["bash exited with code '3'."]],
        ["Failed", ["bash was ended by SIGKILL."]],
        ["Failed", ["bash wrote one or more lines to the standard error stream."]],
        ["Succeeded", []],
        ["Failed", [`The working directory ${folder()}/nowhere does not exist. Correct workingDirectory.`]],
        ["Skipped", undefined],
      ],
    );
  });

  it("says so where PowerShell is not installed", async () => {
    const path = process.env.PATH;
    process.env.PATH = folder();
    try {
      const { run: result } = await run(
        "steps: [ { pwsh: Write-Host a }, { task: Say@1, inputs: { message: a }, condition: always() } ]",
      );
      assert.deepEqual(
        result.steps[0]?.outcome?.issues.map(({ message }) => message),
        ["pwsh is not installed on this machine. Install it, or skip all scripts with --skip-scripts."],
      );
    } finally {
      process.env.PATH = path;
    }
  });

  it("runs PowerShell as Azure Pipelines does", async () => {
    // What stands in for it shows how it is called, and runs the script's last command but one in its own way.
    const program = join(folder(), "pwsh");
    writeFileSync(
      program,
      `#!/bin/sh\necho "says $*" | sed "s#$AGENT_TEMPDIRECTORY/[-0-9a-f]*#FILE#"\nfile=$(echo "$5" | cut -d "'" -f 2)\nsed 's/^/says /' "$file"\n`,
    );
    chmodSync(program, 0o755);
    const path = process.env.PATH;
    process.env.PATH = `${folder()}:${path}`;
    try {
      const { log } = await run("steps: [ { pwsh: Write-Host hello }, { task: Say@1, inputs: { message: a } } ]");
      assert.deepEqual(said(log), [
        "-NoLogo -NoProfile -NonInteractive -Command . 'FILE.ps1'",
        "\uFEFF$ErrorActionPreference = 'Stop'",
        "Write-Host hello",
        "if (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }",
        "a",
      ]);
    } finally {
      process.env.PATH = path;
    }
  });
});
