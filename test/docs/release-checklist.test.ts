import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { runPipeline } from "../../local/pipeline/run-pipeline.ts";
import { startTarget, type Target } from "../target.ts";
import { connectionTo, taskFolderOf } from "../tasks/store-step.ts";
import { listKeys } from "../tasks/upload-step.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/release-checklist.md"), "utf8");
const [first = "", second = ""] = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = ""]) => yaml);

interface Step {
  readonly task?: string;
  readonly inputs?: Readonly<Record<string, string>>;
}

describe("docs/release-checklist.md", function () {
  this.timeout(60_000);
  let target: Target;
  let folder: string;
  before(async () => {
    target = await startTarget();
    folder = mkdtempSync(join(tmpdir(), "checklist-"));
  });
  after(async () => {
    await target.stop();
    rmSync(folder, { recursive: true });
  });

  it("has a first pipeline that the local agent runs to its end", async () => {
    const [bucket, siteBucket] = [await target.newBucket(), await target.newBucket()];
    const sources = join(folder, "sources");
    cpSync(join(root, "examples"), sources, { recursive: true });
    const file = join(sources, "azure-pipelines.yml");
    writeFileSync(file, first);
    const lines: string[] = [];
    const { result, steps } = await runPipeline({
      file,
      tasksFolder: fileURLToPath(new URL("../../dist/extension/tasks", import.meta.url)),
      connections: [{ ...connectionTo(target), name: "s3-keys" }],
      variables: { bucket, siteBucket, "Build.BuildId": "7" },
      onLine: (line) => lines.push(line),
    });
    assert.equal(result, "Succeeded", lines.join("\n"));
    assert.deepEqual(
      steps.map(({ job, title, result }) => `${job}: ${title}: ${result}`),
      [
        "linux: Upload: Succeeded",
        "linux: Upload again: Succeeded",
        "linux: Download: Succeeded",
        "linux: CmdLine: Succeeded",
        "windows: Upload: Succeeded",
        "windows: Download: Succeeded",
        "container: Upload: Succeeded",
        "container: Download: Succeeded",
        "site: Publish a site: Succeeded",
        "site: CmdLine: Succeeded",
      ],
    );
    const keys = await listKeys(target, bucket);
    for (const job of ["linux", "windows", "container"]) assert.ok(keys.includes(`${job}/7/azure-pipelines.yml`), job);
    assert.ok((await listKeys(target, siteBucket)).includes("index.html"));
  });

  it("has pipelines whose steps give tasks only inputs that these have", () => {
    const steps = [first, second].flatMap((yaml) => parse(yaml).jobs.flatMap((job: { steps: Step[] }) => job.steps));
    const ours = steps.filter(({ task }: Step) => task !== undefined) as Required<Step>[];
    assert.equal(ours.length, 12);
    for (const { task, inputs } of ours) {
      const definition = readFileSync(join(taskFolderOf(task.replace(/@1$/, "")), "task.json"), "utf8");
      const names = JSON.parse(definition).inputs.map(({ name }: { name: string }) => name);
      assert.deepEqual(
        Object.keys(inputs).filter((name) => !names.includes(name)),
        [],
        task,
      );
    }
  });
});
