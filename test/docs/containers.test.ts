import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runPipeline } from "../../local/pipeline/run-pipeline.ts";
import { temporaryFolder, writeTask } from "../local/agent/fake-task.ts";

const page = readFileSync(new URL("../../docs/containers.md", import.meta.url), "utf8");

describe("The check for a killed step in docs/containers.md", () => {
  const folder = temporaryFolder();

  /** Runs the steps of the page in a container job, with an upload that does what a script says. */
  async function runWith(script: string): Promise<{ result: string; steps: string[] }> {
    const steps = /```yaml\n(steps:\n[\s\S]*?)```/.exec(page)?.[1];
    assert.ok(steps);
    const file = join(folder(), "pipeline.yml");
    writeFileSync(file, `container: node:20\n${steps.replace(/ +awsCredentials: .*\n/, "")}`);
    writeTask(join(folder(), "tasks"), { name: "AwsS3Upload", script });
    const run = await runPipeline({ file, tasksFolder: join(folder(), "tasks") });
    return { result: run.result, steps: run.steps.map(({ title, result }) => `${title}: ${result}`) };
  }

  it("fails where the upload was killed, although its step is green", async () => {
    assert.deepEqual(await runWith('process.kill(process.pid, "SIGKILL")'), {
      result: "Failed",
      steps: ["AwsS3Upload: Succeeded", "Check that the upload is complete: Failed"],
    });
  });

  it("is skipped where the upload is complete, and where it has failed", async () => {
    const complete = "console.log('##vso[task.setvariable variable=s3Uri;isoutput=true]s3://my-bucket/')";
    assert.deepEqual(await runWith(complete), {
      result: "Succeeded",
      steps: ["AwsS3Upload: Succeeded", "Check that the upload is complete: Skipped"],
    });
    assert.deepEqual(await runWith("console.log('##vso[task.complete result=Failed]no')"), {
      result: "Failed",
      steps: ["AwsS3Upload: Failed", "Check that the upload is complete: Skipped"],
    });
  });
});
