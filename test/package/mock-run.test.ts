import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { defaultCredential, type S3Server, startS3Server } from "../../local/s3/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

describe("A packaged task with mock inputs", () => {
  let server: S3Server;
  let folder: string;
  before(async () => {
    server = await startS3Server();
    server.createBucket("mock-inputs");
    folder = mkdtempSync(join(tmpdir(), "mock-run-"));
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const node = async (...options: string[]) => {
    const env = {
      PATH: process.env.PATH,
      TMPDIR: folder,
      AGENT_TEMPDIRECTORY: folder,
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: defaultCredential.accessKeyId,
      AWS_SECRET_ACCESS_KEY: defaultCredential.secretAccessKey,
    };
    const { stdout, stderr } = await run(process.execPath, options, { cwd: root, env });
    assert.equal(stderr, "");
    return stdout.split(/\r?\n/);
  };

  it("runs by the example", async () => {
    const lines = await node("examples/mock-run.mjs", "mock-inputs", "examples/site");
    assert.ok(lines.includes("##vso[task.complete result=Succeeded;]"), lines.join("\n"));
    const outputs = lines.flatMap((line) => {
      const [, name, value] = /^##vso\[task\.setvariable variable=(\w+);[^\]]*\](.*)$/.exec(line) ?? [];
      return name === undefined || name === "planFile" ? [] : [[name, value]];
    });
    assert.deepEqual(Object.fromEntries(outputs), {
      filesUploaded: "10",
      filesUpdated: "0",
      filesUnchanged: "0",
      filesDeleted: "0",
      bytesUploaded: "5674",
      s3Uri: "s3://mock-inputs/mock/",
    });
  });

  for (const name of ["AwsS3Upload", "AwsS3Download", "AwsS3PublishSite"]) {
    it(`says why it cannot run by run(): ${name}`, async () => {
      const script = `
        import { TaskMockRunner } from "azure-pipelines-task-lib/mock-run.js";
        const task = new TaskMockRunner(${JSON.stringify(join(root, `dist/extension/tasks/${name}/index.js`))});
        task.setInput("bucketName", "mock-inputs");
        task.run();`;
      const lines = await node("--input-type=module", "--eval", script);
      const message =
        "The task has no inputs, because another copy of azure-pipelines-task-lib in this process took them. Call run(true) of the TaskMockRunner: run() loads a second copy. [inputs-not-readable]";
      assert.deepEqual(
        lines.filter((line) => /^##vso\[task\.(issue|complete)/.test(line)),
        [
          `##vso[task.issue type=error;source=TaskInternal;]${message}`,
          `##vso[task.complete result=Failed;]${message}`,
        ],
      );
    });
  }
});
