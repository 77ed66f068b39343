import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { downloadBench } from "./download-bench.ts";
import { isLarge, MAX_RESIDENT_MB, MemoryProbe } from "./resident-memory.ts";
import { MIB } from "./stored-objects.ts";
import { runUpload, SourceFolder } from "./upload-step.ts";

describe("AwsS3Download needs little memory", () => {
  const bench = downloadBench("embedded");
  const probe = new MemoryProbe();
  after(() => probe.remove());

  const sizeMib = isLarge ? 6 * 1024 : 200;
  it(`for an object of ${sizeMib} MiB`, async function () {
    this.timeout(600_000);
    await upload((source) => {
      const path = join(source.path, "large.bin");
      writeFileSync(path, "first bytes");
      truncateSync(path, sizeMib * MIB);
    });
    assert.ok((await residentMb()) <= MAX_RESIDENT_MB);
    assert.equal(statSync(join(bench.landing.path, "large.bin")).size, sizeMib * MIB);
  });

  const count = isLarge ? 20_000 : 1_000;
  it(`for ${count} small files in one folder, which it then knows again`, async function () {
    this.timeout(600_000);
    const contentOf = (index: number) => `${index}`.repeat(200);
    await upload((source) =>
      source.write(
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`small/${index}.txt`, contentOf(index)])),
      ),
    );
    assert.ok((await residentMb()) <= MAX_RESIDENT_MB);
    assert.equal(readdirSync(join(bench.landing.path, "small")).length, count);
    const last = join(bench.landing.path, `small/${count - 1}.txt`);
    assert.equal(readFileSync(last, "utf8"), contentOf(count - 1));
    assert.ok((await residentMb()) <= MAX_RESIDENT_MB);
  });

  async function upload(fill: (source: SourceFolder) => unknown): Promise<void> {
    const source = new SourceFolder();
    fill(source);
    const { result, log } = await runUpload(bench.target, { bucketName: bench.bucket, sourceFolder: source.path });
    source.remove();
    assert.equal(result, "Succeeded", log.join("\n"));
  }

  function residentMb(): Promise<number> {
    return probe.residentMb((step) => bench.download({}, step));
  }
});
