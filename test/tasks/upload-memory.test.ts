import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { isLarge, MAX_RESIDENT_MB, MemoryProbe } from "./resident-memory.ts";
import { listKeys, runUpload, SourceFolder } from "./upload-step.ts";

const MIB = 1024 ** 2;

describe("AwsS3Upload needs little memory", () => {
  let target: EmbeddedTarget;
  let bucket: string;
  let source: SourceFolder;
  const probe = new MemoryProbe();
  before(async () => {
    target = await startEmbeddedTarget();
    bucket = await target.newBucket();
  });
  after(async () => {
    probe.remove();
    // Not emptied object by object: the server's folder goes with it.
    target.client().destroy();
    await target.server.close();
  });
  beforeEach(() => {
    source = new SourceFolder();
  });
  afterEach(() => source.remove());

  const sizeMib = isLarge ? 6 * 1024 : 200;
  it(`for a file of ${sizeMib} MiB`, async function () {
    this.timeout(600_000);
    const path = join(source.path, "large.bin");
    writeFileSync(path, "");
    truncateSync(path, sizeMib * MIB);
    assert.ok((await residentMb()) <= MAX_RESIDENT_MB);
    const { ContentLength } = await target.client().send(new HeadObjectCommand({ Bucket: bucket, Key: "large.bin" }));
    assert.equal(ContentLength, sizeMib * MIB);
  });

  const count = isLarge ? 20_000 : 1_000;
  it(`for ${count} small files`, async function () {
    this.timeout(600_000);
    source.write(
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`small/${index}.txt`, `${index}`.repeat(200)])),
    );
    assert.ok((await residentMb()) <= MAX_RESIDENT_MB);
    assert.equal((await listKeys(target, bucket)).filter((key) => key.startsWith("small/")).length, count);
  });

  function residentMb(): Promise<number> {
    return probe.residentMb((step) => runUpload(target, { bucketName: bucket, sourceFolder: source.path }, step));
  }
});
