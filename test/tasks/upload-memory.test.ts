import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { listKeys, runUpload, SourceFolder } from "./upload-step.ts";

const MIB = 1024 ** 2;
const MAX_RESIDENT_MB = 200;
/** The full amounts take a minute, and 5 GiB of disk. */
const isLarge = process.env.S3_TEST_LARGE === "1";

/** Writes the most memory that the process had resident, as it ends. */
const probe = `
let most = 0;
const sample = () => { most = Math.max(most, process.memoryUsage.rss()); };
setInterval(sample, 10).unref();
process.on("exit", () => { sample(); console.log("resident-mb " + Math.round(most / 1e6)); });
`;

describe("AwsS3Upload needs little memory", () => {
  let target: EmbeddedTarget;
  let bucket: string;
  let source: SourceFolder;
  let tools: SourceFolder;
  before(async () => {
    target = await startEmbeddedTarget();
    bucket = await target.newBucket();
    tools = new SourceFolder().write({ "probe.cjs": probe });
  });
  after(async () => {
    tools.remove();
    // Not emptied object by object: the server's folder goes with it.
    target.client().destroy();
    await target.server.close();
  });
  beforeEach(() => {
    source = new SourceFolder();
  });
  afterEach(() => source.remove());

  const sizeMib = isLarge ? 5 * 1024 : 200;
  it(`for a file of ${sizeMib} MiB`, async function () {
    this.timeout(300_000);
    const path = join(source.path, "large.bin");
    writeFileSync(path, "");
    truncateSync(path, sizeMib * MIB);
    assert.ok((await residentMb()) <= MAX_RESIDENT_MB);
    const { ContentLength } = await target.client().send(new HeadObjectCommand({ Bucket: bucket, Key: "large.bin" }));
    assert.equal(ContentLength, sizeMib * MIB);
  });

  const count = isLarge ? 20_000 : 1_000;
  it(`for ${count} small files`, async function () {
    this.timeout(300_000);
    source.write(
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`small/${index}.txt`, `${index}`.repeat(200)])),
    );
    assert.ok((await residentMb()) <= MAX_RESIDENT_MB);
    assert.equal((await listKeys(target, bucket)).filter((key) => key.startsWith("small/")).length, count);
  });

  async function residentMb(): Promise<number> {
    const env = { NODE_OPTIONS: `--require=${join(tools.path, "probe.cjs")}` };
    const result = await runUpload(target, { bucketName: bucket, sourceFolder: source.path }, { env });
    assert.equal(result.result, "Succeeded", result.log.join("\n"));
    const resident = Number(/^resident-mb (\d+)$/m.exec(result.rawOutput)?.[1]);
    console.log(`      ${resident} MB resident at most`);
    return resident;
  }
});
