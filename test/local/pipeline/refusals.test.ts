import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentVersionOf } from "../../../local/agent/agent-version.ts";
import { taskNode } from "../../../local/agent/task-node.ts";
import type { PipelineOptions } from "../../../local/pipeline/run-pipeline.ts";
import { writeTask } from "../agent/fake-task.ts";
import { otherId, pipelineFolder, runIn } from "./say-pipeline.ts";

const nodeVersion = execFileSync(taskNode(), ["--version"], { encoding: "utf8" }).trim().slice(1);

describe("A pipeline run, before anything runs,", () => {
  const folder = pipelineFolder();
  const run = (text: string, options: Partial<PipelineOptions> = {}) => runIn(folder(), text, options);

  it("refuses a task that no agent with this Node.js can run, unless in a container", async () => {
    writeTask(join(folder(), "tasks"), { name: "New", id: otherId, script: "", minimumAgentVersion: "99.1.0" });
    await assert.rejects(run("steps: [ { task: New@1 } ]"), {
      problems: [
        `pipeline.yml (Line: 1, Col: 10): Job Job: Step New finds no agent that satisfies the demand Agent.Version -gtVersion 99.1.0: Node.js ${nodeVersion} comes with agent ${agentVersionOf(nodeVersion)}. Use a newer Node.js (--node).`,
      ],
    });
    assert.equal((await run("{ container: alpine, steps: [ { task: New@1 } ] }")).run.result, "Succeeded");
  });

  it("refuses tasks that the server refuses", async () => {
    const inputs = [
      { name: "shown", type: "string", visibleRule: "later = a" },
      { name: "later", type: "string" },
    ];
    writeTask(join(folder(), "tasks"), { name: "Odd", id: otherId, script: "", inputs });
    await assert.rejects(run("steps: [ { task: Say@1, inputs: { message: a } } ]"), {
      problems: [
        'Azure DevOps refuses the task Odd. Input shown: visibleRule "later = a" names later. Declare later before shown.',
      ],
    });
  });

  it("refuses connections with fields that their type does not declare", async () => {
    const properties = {
      name: "AwsS3",
      authenticationSchemes: [{ type: "ms.vss-endpoint.endpoint-auth-scheme-none" }],
    };
    const contributions = [{ type: "ms.vss-endpoint.service-endpoint-type", properties }];
    writeFileSync(join(folder(), "vss-extension.json"), JSON.stringify({ contributions }));
    const connection = { id: otherId, name: "mine", type: "AwsS3", url: "https://x/", scheme: "None", parameters: {} };
    const connections = [{ ...connection, data: { regoin: "eu-west-1" } }];
    await assert.rejects(run("steps: [ { task: Say@1, inputs: { message: a } } ]", { connections }), {
      problems: ["Service connection mine: type AwsS3 does not declare the data regoin. It has: ."],
    });
  });

  it("refuses a Node.js that is none", async () => {
    await assert.rejects(run("steps: [ { task: Say@1 } ]", { nodePath: "/nowhere/node" }), {
      problems: ["/nowhere/node is not a Node.js that can be started."],
    });
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
        `pipeline.yml (Line: 5, Col: 3): Job Job: Step second env A holds a template expression, which only the server expands: \${{ parameters.a }}`,
        "pipeline.yml (Line: 9, Col: 3): Task Say@2 is missing: here is Say@1.",
      ],
    });
    assert.deepEqual(log, []);
  });

  it("without built tasks says how to build them", async () => {
    await assert.rejects(run("steps: []", { tasksFolder: join(folder(), "nothing") }), {
      problems: [`There are no tasks in ${folder()}/nothing: run "npm run build" first.`],
    });
  });
});
