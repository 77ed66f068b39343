import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { HeadObjectCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import JSZip from "jszip";
import { extract } from "tar-stream";
import type { StepResult } from "../../local/agent/agent.ts";
import { refusesChecksums, refusesWholeChecksums } from "../../local/s3/persona.ts";
import { removeVersions } from "../conformance/versioned-bucket.ts";
import { randomFrom } from "../random.ts";
import { beginUpload, noteAsOwn, unfinishedIn } from "./unfinished-upload.ts";
import { assertDone, assertFailed, assertOutcome, denied, uploadBench } from "./upload-bench.ts";

const MIB = 1024 ** 2;
const files = {
  "b/ä b.txt": "text ".repeat(999),
  "a.txt": "one",
  "run.sh": "#!/bin/sh\n",
  ".hidden/x": "",
  "no.map": "m",
};
const CHOSEN = "**\n!**/*.map";
/** What compression leaves as it is. */
const noise = (sizeBytes: number) => Buffer.alloc(sizeBytes, randomFrom(9).bytes(100_003));

async function readZip(bytes: Buffer): Promise<[name: string, mode: number, text: string][]> {
  const zip = await JSZip.loadAsync(bytes, { checkCRC32: true });
  return Promise.all(
    Object.values(zip.files).map(async (file) => [
      file.name,
      Number(file.unixPermissions) & 0o777,
      await file.async("string"),
    ]),
  );
}

async function readTarGz(bytes: Buffer): Promise<[name: string, mode: number, text: string][]> {
  const entries: [string, number, string][] = [];
  for await (const entry of Readable.from([gunzipSync(bytes)]).pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries.push([entry.header.name, entry.header.mode ?? 0, Buffer.concat(chunks).toString()]);
  }
  return entries;
}

const ENTRIES = [
  [".hidden/x", 0o644, ""],
  ["a.txt", 0o644, "one"],
  ["b/ä b.txt", 0o644, "text ".repeat(999)],
  ["run.sh", 0o755, "#!/bin/sh\n"],
];

const outputs = ({ outputVariables }: StepResult, ...names: string[]) =>
  names.map((name) => outputVariables[name]?.value);

describe("AwsS3Upload, archive", () => {
  const bench = uploadBench();
  beforeEach(() => {
    bench.source.write(files);
    chmodSync(join(bench.source.path, "run.sh"), 0o700);
  });
  const upload = (inputs: Record<string, string> = {}, step = {}) =>
    bench.upload(
      { archive: "zip", archiveName: "app.zip", targetFolder: "drop", globExpressions: CHOSEN, ...inputs },
      step,
    );

  it("stores the chosen files as one zip, which an unchanged run does not send again", async () => {
    const settings = {
      headers: "*.zip\n  Cache-Control: no-store",
      metadata: "build=7",
      encryptionAlgorithm: "AES256",
      keyManagement: "awsManaged",
    };
    const first = await upload(settings);
    const bytes = await bench.bytesOf("drop/app.zip");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    assertDone(first, { uploaded: 1, bytes: bytes.length });
    assert.deepEqual(await bench.keys(), ["drop/app.zip"]);
    assert.deepEqual(await readZip(bytes), ENTRIES);
    const { ContentType, CacheControl, Metadata = {}, ChecksumCRC32 } = await bench.head("drop/app.zip");
    const { build, "archive-content-sha256": contentSha256 } = Metadata as Record<string, string>;
    assert.deepEqual(
      [ContentType, CacheControl, build, contentSha256?.length],
      ["application/zip", "no-store", "7", 64],
    );
    if (bench.target.server) assert.equal(typeof ChecksumCRC32, "string");
    const uri = `s3://${bench.bucket}/drop/app.zip`;
    assert.deepEqual(outputs(first, "s3Uri", "archiveSha256", "versionId", "filesDeleted"), [uri, sha256, "", "0"]);
    bench.assertOperations({ ListObjectsV2: 1, ListMultipartUploads: 1, PutObject: 1 });
    const told = (result: StepResult, start: string) => result.log.find((line) => line.startsWith(start));
    assert.equal(told(first, "Found"), "Found 4 files for the archive app.zip, 5.0 KB before compression: 1 new");
    assert.match(told(first, "Uploaded") ?? "", /^Uploaded the archive app\.zip with 4 files, [\d.]+ K?B, to s3:/);
    const [summary] = first.attachments.filter(({ type }) => type === "DistributedTask.Core.Summary");
    assert.match(summary?.content ?? "", /\n- \*\*Archive\*\*: app\.zip holds 4 files, 5\.0 KB before compression\n/);
    const { actions, ...head } = bench.planOf(first) as unknown as Record<string, unknown> & { actions: object[] };
    assert.deepEqual(actions, [
      {
        action: "upload",
        path: "app.zip",
        key: "drop/app.zip",
        sizeBytes: bytes.length,
        reason: "new",
        status: "done",
      },
    ]);
    assert.deepEqual(head.archive, {
      name: "app.zip",
      format: "zip",
      compressionLevel: 6,
      files: 4,
      sourceBytes: 5008,
      contentSha256,
      sha256,
    });

    const again = await upload(settings);
    assertDone(again, { unchanged: 1 });
    bench.assertOperations({ ListObjectsV2: 1, HeadObject: 1 });
    assert.deepEqual(outputs(again, "s3Uri", "archiveSha256"), [uri, sha256]);
    const place = `s3://${bench.bucket}/drop/`;
    assert.ok(again.log.includes(`Nothing to do: the archive app.zip with 4 files unchanged in ${place}`));

    // Somewhere else, and whatever the times of the files are.
    bench.source.write(files);
    const elsewhere = await upload({ ...settings, overwrite: "always" }, { env: { TZ: "Pacific/Kiritimati" } });
    assert.deepEqual(outputs(elsewhere, "archiveSha256"), [sha256]);
    bench.assertOperations({ ListMultipartUploads: 1, PutObject: 1 });
  });

  it("stores them as one tar.gz under a name of the pipeline", async () => {
    const variables = { "Build.DefinitionName": "Web site", "Build.BuildNumber": "20260131.2" };
    const result = await upload({ archive: "tar.gz", archiveName: "", compressionLevel: "9" }, { variables });
    const bytes = await bench.bytesOf("drop/Web-site-20260131.2.tar.gz");
    assertDone(result, { uploaded: 1, bytes: bytes.length });
    assert.deepEqual(await readTarGz(bytes), ENTRIES);
    assert.equal((await bench.head("drop/Web-site-20260131.2.tar.gz")).ContentType, "application/gzip");
  });

  it("replaces an archive of other files, and one that another tool has stored", async () => {
    await bench.put("drop/app.zip", { Body: "of another tool" });
    const replaced = await upload();
    assertOutcome(replaced, {
      result: "Succeeded",
      counts: { updated: 1, bytes: (await bench.bytesOf("drop/app.zip")).length },
    });
    assert.deepEqual(bench.reasons(replaced), [
      "upload drop/app.zip: cannot be compared: it has no archive-content-sha256",
    ]);
    chmodSync(join(bench.source.path, "a.txt"), 0o755);
    assert.deepEqual(bench.reasons(await upload()), ["upload drop/app.zip: content differs"]);
  });

  it("changes headers alone where only they differ", async () => {
    const [sha256] = outputs(await upload({ metadata: "build=1" }), "archiveSha256");
    const result = await upload({ metadata: "build=2" });
    assertDone(result, { updated: 1 });
    assert.deepEqual(outputs(result, "archiveSha256"), [sha256]);
    const { Metadata } = await bench.head("drop/app.zip");
    assert.equal((Metadata as Record<string, string>).build, "2");
    assertDone(await upload({ metadata: "build=2" }), { unchanged: 1 });
  });

  it("leaves what exists, or fails, as overwrite says", async () => {
    await bench.put("drop/app.zip", { Body: "theirs" });
    assertDone(await upload({ overwrite: "never" }), { unchanged: 1 });
    assertFailed(await upload({ overwrite: "error" }), [
      "overwrite: drop/app.zip exists already. Choose another targetFolder, or set overwrite to changed, always or never. [target-not-empty]",
    ]);
    assert.equal((await bench.bytesOf("drop/app.zip")).toString(), "theirs");
    await bench.remove("drop/app.zip");
    await bench.put("drop/app.zip.sig", { Body: "beside" });
    const { outputVariables } = await upload({ overwrite: "error" });
    assert.equal(outputVariables.filesUploaded?.value, "1");
  });

  it("tells in a dry run what a real run does, and changes nothing", async () => {
    const dry = await upload({ dryRun: "true" });
    assert.deepEqual(await bench.keys(), []);
    const real = await upload();
    const names = ["filesUploaded", "bytesUploaded", "s3Uri", "archiveSha256"];
    assert.deepEqual(outputs(dry, ...names), outputs(real, ...names));
    assert.deepEqual(bench.reasons(dry), bench.reasons(real));
  });

  it("tells the version of the archive, sent, unchanged, or with other headers", async function () {
    bench.skipOn(this, ["versitygw"], "it keeps versions only if it is started so");
    const VersioningConfiguration = { Status: "Enabled" as const };
    const { bucket: Bucket, target } = bench;
    await target.client().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    try {
      const [sent] = outputs(await upload(), "versionId");
      const { VersionId } = await target.client().send(new HeadObjectCommand({ Bucket, Key: "drop/app.zip" }));
      assert.equal(sent, VersionId);
      assert.deepEqual(outputs(await upload(), "versionId"), [VersionId]);
      const [described] = outputs(await upload({ headers: "**\n  Cache-Control: no-cache" }), "versionId");
      const after = await target.client().send(new HeadObjectCommand({ Bucket, Key: "drop/app.zip" }));
      assert.deepEqual([described, after.CacheControl], [after.VersionId, "no-cache"]);
    } finally {
      await removeVersions({ client: target.client(), bucket: Bucket });
    }
  });

  it("says of each file why a zip cannot hold it, and that nothing is there to archive", async function () {
    if (process.platform === "win32") return this.skip();
    bench.source.write({ "back\\slash": "x", "c:d": "x" });
    const advice = "Rename the file, exclude it with a pattern, or set archive to tar.gz. [file-name-not-supported]";
    assertFailed(await upload(), [
      `archive: back\\slash cannot be put into a zip archive: its name has a \\, which some programs read as a /. ${advice}`,
      `archive: c:d cannot be put into a zip archive: its name starts with a drive letter, which zip archives do not allow. ${advice}`,
    ]);
    const nothing = await upload({ globExpressions: "*.none", ifNoFilesFound: "warn" });
    assert.equal(nothing.result, "Succeeded");
    assert.deepEqual(outputs(nothing, "s3Uri", "archiveSha256"), ["", ""]);
    assert.deepEqual(await bench.keys(), []);
  });

  it("follows symbolic links as uploads do", async function () {
    if (process.platform === "win32") return this.skip();
    symlinkSync("b/ä b.txt", join(bench.source.path, "link"));
    await upload();
    const names = async () => (await readZip(await bench.bytesOf("drop/app.zip"))).map(([name]) => name);
    assert.ok((await names()).includes("link"));
    await upload({ followSymlinks: "false" });
    assert.ok(!(await names()).includes("link"));
  });
});

describe("AwsS3Upload, archive in parts", () => {
  const bench = uploadBench("embedded");
  const large = noise(18 * MIB);
  beforeEach(() => {
    bench.source.write({ "a.txt": "one", "large.bin": large });
  });
  const upload = (inputs: Record<string, string> = {}, step = {}) =>
    bench.upload({ archive: "zip", archiveName: "large.bin", compressionLevel: "1", partSizeMB: "5", ...inputs }, step);

  async function assertNothingStored(): Promise<void> {
    assert.deepEqual(await bench.keys(), []);
    assert.deepEqual(await unfinishedIn(bench), []);
  }

  it("has the checksum of the whole, and clears what a run of this job that was killed left", async () => {
    const [own, others] = [await beginUpload(bench, [1]), await beginUpload(bench, [1])];
    noteAsOwn(bench, own);
    await upload({ tags: "team=web" });
    const { ChecksumType, TagCount } = await bench.head("large.bin");
    assert.deepEqual([ChecksumType, TagCount], ["FULL_OBJECT", 1]);
    assert.equal(bench.operations().UploadPart, 4);
    assert.deepEqual(await unfinishedIn(bench), ["large.bin"], `${others} may be another run's`);
  });

  it("fails, and stores nothing, if a file changes meanwhile", async () => {
    let letGo: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const match = { operation: "CreateMultipartUpload" };
    const fault = bench.addFault({ match, action: { kind: "wait", until } });
    const watch = setInterval(() => {
      if (fault.hits === 0) return;
      clearInterval(watch);
      appendFileSync(join(bench.source.path, "large.bin"), "more");
      letGo();
    }, 5);
    assertFailed(await upload(), [
      "large.bin was not uploaded: the file large.bin changed while it was archived; run the step when the program that writes it has finished. [file-changed]",
    ]);
    await assertNothingStored();
  });

  it("takes back what is stored if a part is refused", async () => {
    const match = { operation: "UploadPart", partNumber: 2 };
    const { result, issues } = await bench.during(match, denied, () => upload());
    assert.deepEqual([result, issues.length], ["Failed", 1]);
    assert.match(issues[0]?.message ?? "", /AccessDenied.*s3:PutObject.*\[access-denied\]$/);
    await assertNothingStored();
  });

  it("takes back what is stored if it is cancelled", async () => {
    const cancel = new AbortController();
    const fault = bench.addFault({ match: { operation: "UploadPart", partNumber: 2 }, action: { kind: "hang" } });
    const watch = setInterval(() => fault.hits > 0 && cancel.abort(), 20);
    const { result } = await upload({}, { cancel: cancel.signal });
    clearInterval(watch);
    assert.equal(result, "Canceled");
    await assertNothingStored();
  });
});

for (const [title, persona, keepsChecksums] of [
  ["implements no checksums", refusesChecksums, false],
  ["refuses checksums of the whole", refusesWholeChecksums, true],
] as const) {
  describe(`AwsS3Upload, archive, in a store that ${title}`, () => {
    const bench = uploadBench("embedded", { persona });

    it("stores it, and finds it unchanged", async () => {
      bench.source.write({ "large.bin": noise(6 * MIB) });
      const inputs = { archive: "zip", archiveName: "app.zip", partSizeMB: "5", compressionLevel: "1" };
      const first = await bench.upload(inputs);
      assert.equal(first.result, "Succeeded", first.log.join("\n"));
      assert.equal(first.log.filter((line) => line.includes("This store does not accept checksums")).length, 1);
      const sent = bench.requests.filter(({ operation }) => operation === "UploadPart");
      const names = sent
        .flatMap(({ headers }) => Object.keys(headers))
        .filter((name) => /^content-md5$|checksum/.test(name));
      assert.ok(names.includes(keepsChecksums ? "x-amz-checksum-crc32" : "content-md5"), names.join(", "));
      assertDone(await bench.upload(inputs), { unchanged: 1 });
    });
  });
}
