import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join, relative } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { compareUtf8 } from "../../src/files/byte-order.ts";
import { randomFrom } from "../random.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { checkByUnzip, type ReadArchive, readByJava, readByPython } from "./archive-readers.ts";
import { MAX_RESIDENT_MB, MemoryProbe } from "./resident-memory.ts";
import { runUpload, SourceFolder } from "./upload-step.ts";

const MIB = 1024 ** 2;
/** These take half an hour, and 12 GiB of disk: `S3_TEST_LARGE_ARCHIVES=1 npx mocha test/tasks/upload-archive-memory.test.ts`. */
const isLarge = process.env.S3_TEST_LARGE_ARCHIVES === "1";
/** Above 4 GiB sizes and places take 64 bits. */
const LARGE_MIB = 4_500;

describe("AwsS3Upload, archive, needs little memory", function () {
  this.timeout(1_800_000);
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
    target.client().destroy();
    await target.server.close();
  });
  beforeEach(() => {
    source = new SourceFolder();
  });
  afterEach(() => source.remove());

  async function archive(name: string, step: Partial<StepRequest> = {}): Promise<StepResult> {
    const format = name.endsWith(".zip") ? "zip" : "tar.gz";
    const inputs = { archive: format, archiveName: name, compressionLevel: "1", overwrite: "always" };
    const result = await runUpload(target, { bucketName: bucket, sourceFolder: source.path, ...inputs }, step);
    assert.equal(result.result, "Succeeded", result.log.join("\n"));
    return result;
  }

  /** Archives the source twice, the second time in another time zone, and has the archive read by what there is to read it. */
  async function assertReadable(name: string): Promise<void> {
    const expected = await describeFiles(source.path);
    let first: StepResult | undefined;
    const resident = await probe.residentMb(async (step) => {
      first = await archive(name, step);
      return first;
    });
    assert.ok(resident <= MAX_RESIDENT_MB, `${resident} MB`);
    if (!isLarge) return;
    const again = await archive(name, { env: { TZ: "America/St_Johns" } });
    assert.equal(sha256Of(again), sha256Of(first));

    const path = join(source.path, "..", `read-${process.pid}-${name}`);
    try {
      const { Body } = await target.client().send(new GetObjectCommand({ Bucket: bucket, Key: name }));
      await pipeline(Body as Readable, createWriteStream(path));
      const found = [readByPython(path), ...(name.endsWith(".zip") ? [readByJava(path)] : [])];
      for (const read of found) if (read) assert.deepEqual(read, expected);
      if (name.endsWith(".zip")) checkByUnzip(path);
    } finally {
      rmSync(path, { force: true });
    }
  }

  for (const name of isLarge ? ["noise.zip", "noise.tar.gz"] : ["noise.zip"]) {
    it(`for ${isLarge ? LARGE_MIB : 48} MiB that cannot be compressed: ${name}`, async () => {
      writeNoise(join(source.path, "large.bin"), isLarge ? LARGE_MIB : 48);
      // Behind what 32 bits can reach.
      source.write({ "z/last.txt": "the end" });
      await assertReadable(name);
    });
  }

  if (isLarge) {
    it(`for ${LARGE_MIB} MiB that become small`, async () => {
      const path = join(source.path, "zeros.bin");
      writeFileSync(path, "");
      truncateSync(path, LARGE_MIB * MIB);
      await assertReadable("zeros.zip");
    });

    for (const name of ["many.zip", "many.tar.gz"]) {
      it(`for 70,000 files: ${name}`, async () => {
        source.write(
          Object.fromEntries(
            Array.from({ length: 70_000 }, (_, index) => [
              `${index % 100}/ä ${index}.txt`,
              `${index}`.repeat(index % 50),
            ]),
          ),
        );
        await assertReadable(name);
      });
    }
  }
});

function sha256Of(result: StepResult | undefined): string {
  const sha256 = result?.outputVariables.archiveSha256?.value ?? "";
  assert.equal(sha256.length, 64);
  return sha256;
}

function writeNoise(path: string, sizeMib: number): void {
  const random = randomFrom(1);
  const block = random.bytes(MIB);
  const file = openSync(path, "w");
  for (let written = 0; written < sizeMib; written++) {
    block.writeUInt32LE(written, random.below(MIB - 4));
    writeSync(file, block);
  }
  closeSync(file);
}

/** What a program that reads the archive of these files must find. */
async function describeFiles(folder: string): Promise<ReadArchive> {
  const total = createHash("sha256");
  const paths = listFiles(folder).sort(compareUtf8);
  let bytes = 0;
  for (const path of paths) {
    const file = join(folder, path);
    const { size } = statSync(file);
    bytes += size;
    total.update(`${path}\n${size}\n${await digestOf(file, size)}\n`);
  }
  return { files: paths.length, bytes, digest: total.digest("hex") };
}

function listFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll("\\", "/"));
}

async function digestOf(path: string, sizeBytes: number): Promise<string> {
  const digest = createHash("sha256");
  if (sizeBytes < MIB) return digest.update(readFileSync(path)).digest("hex");
  for await (const chunk of createReadStream(path, { highWaterMark: MIB })) digest.update(chunk);
  return digest.digest("hex");
}
