import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeIfFull } from "../amounts.ts";
import { downloadBench } from "./download-bench.ts";
import { isLarge, MAX_RESIDENT_MB, MemoryProbe } from "./resident-memory.ts";
import { MIB } from "./stored-objects.ts";
import { runUpload, SourceFolder } from "./upload-step.ts";

describeIfFull("AwsS3Upload and AwsS3Download need little memory", () => {
  const bench = downloadBench("embedded");
  const probe = new MemoryProbe();
  let source: SourceFolder;
  beforeEach(() => {
    source = new SourceFolder();
  });
  afterEach(() => source.remove());
  after(() => probe.remove());

  // More than S3 takes in one request, and than 32 bits count.
  const sizeMib = isLarge ? 5 * 1024 + 200 : 100;
  it(`for a file of ${sizeMib} MiB`, async function () {
    this.timeout(600_000);
    const path = join(source.path, "large.bin");
    writeFileSync(path, "first bytes");
    truncateSync(path, sizeMib * MIB);
    await assertLittle(upload);
    await assertLittle(download);
    assert.equal(statSync(join(bench.landing.path, "large.bin")).size, sizeMib * MIB);
  });

  const count = isLarge ? 20_000 : 300;
  it(`for ${count} small files in one folder, which a download then knows again`, async function () {
    this.timeout(600_000);
    const contentOf = (index: number) => `${index}`.repeat(200);
    source.write(
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`small/${index}.txt`, contentOf(index)])),
    );
    await assertLittle(upload);
    await assertLittle(download);
    assert.equal(readdirSync(join(bench.landing.path, "small")).length, count);
    const last = join(bench.landing.path, `small/${count - 1}.txt`);
    assert.equal(readFileSync(last, "utf8"), contentOf(count - 1));
    await assertLittle(download);
  });

  const upload = (step: object) =>
    runUpload(bench.target, { bucketName: bench.bucket, sourceFolder: source.path }, step);
  const download = (step: object) => bench.download({}, step);

  async function assertLittle(run: Parameters<MemoryProbe["residentMb"]>[0]): Promise<void> {
    assert.ok((await probe.residentMb(run)) <= MAX_RESIDENT_MB);
  }
});
