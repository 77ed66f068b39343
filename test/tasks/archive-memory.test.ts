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
  writeSync,
} from "node:fs";
import { delimiter, join, relative } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { compareUtf8 } from "../../src/files/byte-order.ts";
import { describeIfFull } from "../amounts.ts";
import { randomFrom } from "../random.ts";
import { checkByUnzip, type ReadArchive, readByGo, readByJava, readByPython } from "./archive-readers.ts";
import { downloadBench } from "./download-bench.ts";
import { MAX_RESIDENT_MB, MemoryProbe } from "./resident-memory.ts";
import { assertSucceeded } from "./step-result.ts";
import { runUpload, SourceFolder } from "./upload-step.ts";

const MIB = 1024 ** 2;
/** These take half an hour, and 15 GiB of disk: `npm run test:servers -- archives --install`. */
const isLarge = process.env.S3_TEST_LARGE_ARCHIVES === "1";
/** Above 4 GiB sizes and places take 64 bits. */
const LARGE_MIB = 4_500;
/** Other versions of Node.js than that of the test, which must write the same bytes. */
const otherNodes = (process.env.OTHER_NODES ?? "").split(delimiter).filter(Boolean);

describeIfFull("archives need little memory, and are read by other programs", function () {
  this.timeout(0);
  const bench = downloadBench("embedded");
  let source: SourceFolder;
  const probe = new MemoryProbe();
  after(() => probe.remove());
  beforeEach(() => {
    source = new SourceFolder();
  });
  afterEach(() => source.remove());

  async function archive(name: string, overwrite: string, step: Partial<StepRequest> = {}): Promise<StepResult> {
    const format = name.endsWith(".zip") ? "zip" : "tar.gz";
    const inputs = { archive: format, archiveName: name, compressionLevel: "1", overwrite };
    const where = { bucketName: bench.bucket, sourceFolder: source.path };
    const result = await runUpload(bench.target, { ...where, ...inputs }, step);
    assertSucceeded(result);
    return result;
  }

  async function residentMb(run: (step: Partial<StepRequest>) => Promise<StepResult>): Promise<StepResult> {
    let result: StepResult | undefined;
    const resident = await probe.residentMb(async (step) => {
      result = await run(step);
      return result;
    });
    assert.ok(resident <= MAX_RESIDENT_MB, `${resident} MB`);
    return result as StepResult;
  }

  /** Archives the files and extracts them again. Large ones are archived again, elsewhere and unchanged, and read by what there is to read them. */
  async function assertComesBack(name: string): Promise<void> {
    const expected = await describeFiles(source.path);
    const first = await residentMb((step) => archive(name, "always", step));
    if (isLarge) {
      await assertMadeAlike(name, sha256Of(first));
      await assertReadable(name, expected);
    }
    await residentMb((step) => bench.download({ extract: "true", sourceFolder: name, extractMaxSizeGB: "20" }, step));
    assert.deepEqual(await describeFiles(bench.landing.path), expected);
  }

  /** In another time zone and by other Nodes the same bytes are made; files that are the same are not sent. */
  async function assertMadeAlike(name: string, sha256: string): Promise<void> {
    const env = { TZ: "America/St_Johns" };
    assert.equal(sha256Of(await archive(name, "always", { env })), sha256);
    for (const nodePath of otherNodes) {
      assert.equal(sha256Of(await archive(name, "always", { nodePath, env })), sha256, nodePath);
    }
    const seen = bench.server.requests.length;
    const unchanged = await archive(name, "changed");
    assert.equal(sha256Of(unchanged), sha256);
    const methods = bench.server.requests.slice(seen).map(({ method }) => method);
    assert.deepEqual(
      methods.filter((method) => method !== "GET" && method !== "HEAD"),
      [],
    );
  }

  async function assertReadable(name: string, expected: ReadArchive): Promise<void> {
    const path = join(source.path, "..", `read-${process.pid}-${name}`);
    try {
      const { Body } = await bench.target.client().send(new GetObjectCommand({ Bucket: bench.bucket, Key: name }));
      await pipeline(Body as Readable, createWriteStream(path));
      const isZip = name.endsWith(".zip");
      for (const read of [readByPython, readByGo, ...(isZip ? [readByJava] : [])]) {
        const found = read(path);
        if (found) assert.deepEqual(found, expected, read.name);
      }
      if (isZip) checkByUnzip(path);
    } finally {
      rmSync(path, { force: true });
    }
  }

  it(`for ${isLarge ? LARGE_MIB : 48} MiB that cannot be compressed: noise.zip`, async () => {
    writeFileOf(join(source.path, "large.bin"), isLarge ? LARGE_MIB : 48, 1);
    // Behind what 32 bits can reach.
    source.write({ "z/last.txt": "the end" });
    await assertComesBack("noise.zip");
  });

  for (const format of isLarge ? ["zip", "tar.gz"] : []) {
    it(`for ${LARGE_MIB} MiB that become small: large.${format}`, async () => {
      writeFileOf(join(source.path, "large.bin"), LARGE_MIB, 0.05);
      source.write({ "z/last.txt": "the end" });
      await assertComesBack(`large.${format}`);
    });

    it(`for 70,000 files: many.${format}`, async () => {
      const contentOf = (index: number) => `${index}`.repeat(index % 50);
      const files = Array.from({ length: 70_000 }, (_, index) => [`${index % 100}/ä ${index}.txt`, contentOf(index)]);
      source.write(Object.fromEntries(files));
      await assertComesBack(`many.${format}`);
    });
  }
});

function sha256Of(result: StepResult | undefined): string {
  const sha256 = result?.outputVariables.archiveSha256?.value ?? "";
  assert.equal(sha256.length, 64);
  return sha256;
}

/** @param noise the share of it that cannot be compressed; the rest is zeros. */
function writeFileOf(path: string, sizeMib: number, noise: number): void {
  const random = randomFrom(1);
  const block = random.bytes(MIB);
  const zeros = Buffer.alloc(MIB);
  const file = openSync(path, "w");
  for (let written = 0; written < sizeMib; written++) {
    block.writeUInt32LE(written, random.below(MIB - 4));
    writeSync(file, random.chance(noise) ? block : zeros);
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
