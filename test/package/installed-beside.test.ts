import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runPipeline } from "../../local/pipeline/run-pipeline.ts";
import { unzip } from "../../local/unzip.ts";
import { packEdition } from "../../scripts/pack.ts";
import { startTarget, type Target } from "../target.ts";
import { connectionTo } from "../tasks/store-step.ts";
import { readBucket } from "../tasks/upload-step.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Extension {
  readonly publisher: string;
  readonly id: string;
  readonly version: string;
  readonly contributions: readonly { readonly id: string; readonly properties: { readonly name: string } }[];
}

describe("The titles of the tasks", () => {
  it("are none of the AWS Toolkit's, since an organization may have both", () => {
    const titles = ["Upload", "Download", "PublishSite"].map((name) => {
      const path = join(root, `dist/extension/tasks/AwsS3${name}/task.json`);
      return JSON.parse(readFileSync(path, "utf8")).friendlyName.toLowerCase();
    });
    const toolkit = ["amazon s3 upload", "amazon s3 download"];
    assert.deepEqual(
      titles.filter((title) => toolkit.includes(title)),
      [],
    );
  });
});

describe("The development edition of a publisher, installed beside the extension", function () {
  // Packing compresses all files twice.
  this.timeout(300_000);
  let folder: string;
  let target: Target;
  before(async () => {
    target = await startTarget();
    folder = mkdtempSync(join(tmpdir(), "installed-"));
    const vsix = join(root, await packEdition({ publisher: "contoso", isDev: true, version: "1.0.9" }));
    await unzip(vsix, folder);
    rmSync(vsix);
    cpSync(join(root, "dist/extension/tasks"), join(folder, "tasks"), { recursive: true });
  });
  after(async () => {
    await target.stop();
    rmSync(folder, { recursive: true });
  });

  const readJson = <T>(path: string): T => JSON.parse(readFileSync(join(folder, path), "utf8"));

  it("has no id and no name of the extension", () => {
    const dev = readJson<Extension>("extension.vsomanifest");
    const built: Extension = JSON.parse(readFileSync(join(root, "dist/extension/vss-extension.json"), "utf8"));
    const namesOf = ({ contributions }: Extension) =>
      contributions.flatMap(({ id, properties }) => [id, properties.name]);
    const taken = new Set(namesOf(built));
    assert.equal(namesOf(dev).length, taken.size);
    assert.deepEqual(
      namesOf(dev).filter((name) => taken.has(name)),
      [],
    );
    const tasks = ["AwsS3Upload", "AwsS3Download", "AwsS3PublishSite"].flatMap((name) => [name, `${name}Dev`]);
    const definitions = tasks.map((name) =>
      readJson<{ id: string; name: string; friendlyName: string }>(`tasks/${name}/task.json`),
    );
    for (const key of ["id", "name", "friendlyName"] as const) {
      assert.equal(new Set(definitions.map((definition) => definition[key])).size, 6, key);
    }
    for (const { friendlyName } of definitions) assert.ok(friendlyName.length <= 40, friendlyName);
    const identity = /<Identity [^>]*>/.exec(readFileSync(join(folder, "extension.vsixmanifest"), "utf8"))?.[0];
    assert.equal(identity, '<Identity Language="en-US" Id="s3-tasks-dev" Publisher="contoso" Version="1.0.9"/>');
  });

  it("runs in one pipeline with it, by a service connection of its own type", async () => {
    const bucket = await target.newBucket();
    writeFileSync(join(folder, "a.txt"), "a");
    const file = join(folder, "azure-pipelines.yml");
    const step = (task: string, connection: string, prefix: string) => `
  - task: ${task}@1
    inputs:
      awsCredentials: ${connection}
      bucketName: ${bucket}
      sourceFolder: a.txt
      targetFolder: ${prefix}`;
    writeFileSync(
      file,
      `steps:${step("AwsS3Upload", "store", "released")}${step("AwsS3UploadDev", "store-dev", "developed")}\n`,
    );
    const store = connectionTo(target);
    const storeDev = { ...store, id: "a8f5f167-1f7a-4c5d-9d56-3f2f0c9b7e21", name: "store-dev", type: "AwsS3Dev" };
    const lines: string[] = [];
    const { result } = await runPipeline({
      file,
      tasksFolder: join(folder, "tasks"),
      connections: [store, storeDev],
      onLine: (line) => lines.push(line),
    });
    assert.equal(result, "Succeeded", lines.join("\n"));
    assert.deepEqual(await readBucket(target, bucket), { "released/a.txt": "a", "developed/a.txt": "a" });
  });
});
