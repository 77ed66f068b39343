import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { randomFrom } from "../random.ts";
import { startTarget, type Target } from "../target.ts";
import { runUpload, SourceFolder } from "./upload-step.ts";

/** The aws-cli, where `AWS_CLI` names one. */
const awsCli = process.env.AWS_CLI;

describe("What AwsS3Upload has stored", () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.stop());

  it("is read back byte for byte by aws-cli", async function () {
    if (!awsCli) {
      console.log("      set AWS_CLI to the path of aws-cli to check this");
      this.skip();
    }
    const random = randomFrom(5);
    const files = {
      "index.html": "<p>home</p>",
      "a b/ä+1 %#.txt": "odd",
      "empty.bin": "",
      "part.bin": random.bytes(300_000),
      "large.bin": Buffer.alloc(40 * 1024 ** 2, random.bytes(1_000_003)),
    };
    const source = new SourceFolder().write(files);
    const copy = new SourceFolder();
    const bucket = await target.newBucket();
    const result = await runUpload(target, { bucketName: bucket, sourceFolder: source.path });
    assert.equal(result.result, "Succeeded", result.log.join("\n"));

    await promisify(execFile)(awsCli, ["--endpoint-url", target.url, "s3", "sync", `s3://${bucket}`, copy.path], {
      env: {
        PATH: process.env.PATH ?? "",
        HOME: copy.path,
        AWS_ACCESS_KEY_ID: target.accessKeyId,
        AWS_SECRET_ACCESS_KEY: target.secretAccessKey,
        AWS_DEFAULT_REGION: target.region,
      },
    });
    for (const [path, content] of Object.entries(files)) {
      assert.ok(readFileSync(join(copy.path, path)).equals(Buffer.from(content)), path);
    }
    source.remove();
    copy.remove();
  });
});
