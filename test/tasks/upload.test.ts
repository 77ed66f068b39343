import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand, ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import type { StepResult } from "../../local/agent/agent.ts";
import { amount } from "../amounts.ts";
import { randomFrom } from "../random.ts";
import { startTarget, type Target } from "../target.ts";
import { linesBesideProgress } from "./step-result.ts";
import { listKeys, readBucket, runUpload, SourceFolder } from "./upload-step.ts";

const MIB = 1024 ** 2;

describe("AwsS3Upload", () => {
  let target: Target;
  let bucket: string;
  let source: SourceFolder;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.stop());
  beforeEach(async () => {
    bucket = await target.newBucket();
    source = new SourceFolder();
  });
  afterEach(() => source.remove());

  const upload = (inputs: Record<string, string> = {}, step = {}) =>
    runUpload(target, { bucketName: bucket, sourceFolder: source.path, ...inputs }, step);

  it("puts a folder into a bucket, byte for byte, and tells how much", async () => {
    source.write({ "index.html": "<p>home</p>", "assets/app.js": "run()", "assets/empty.txt": "" });
    const result = await upload({ targetFolder: "site" });

    assertSucceeded(result);
    assert.deepEqual(await readBucket(target, bucket), {
      "site/assets/app.js": "run()",
      "site/assets/empty.txt": "",
      "site/index.html": "<p>home</p>",
    });
    const { planFile, ...outputs } = outputsOf(result);
    assert.deepEqual(outputs, {
      filesUploaded: "3",
      filesUpdated: "0",
      filesUnchanged: "0",
      filesDeleted: "0",
      bytesUploaded: "16",
      s3Uri: `s3://${bucket}/site/`,
    });
    assert.ok(planFile);
    assert.ok(result.log.includes("  assets/app.js → site/assets/app.js (5 B, new)"), result.log.join("\n"));
    assert.ok(result.log.some((line) => line.startsWith(`Uploaded 3 files, 16 B, to s3://${bucket}/site/ in `)));
  });

  it("stores the content type with each object", async () => {
    source.write({ "a.html": "a", "b.css": "b", "c.png": "c", "d.unknown": "d", e: "e" });
    assertSucceeded(await upload());
    const types: Record<string, string | undefined> = {};
    for (const key of await listKeys(target, bucket)) {
      types[key] = (await target.client().send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentType;
    }
    assert.deepEqual(types, {
      "a.html": "text/html; charset=utf-8",
      "b.css": "text/css; charset=utf-8",
      "c.png": "image/png",
      "d.unknown": "application/octet-stream",
      e: "application/octet-stream",
    });
  });

  it("keeps every name that a file can have", async () => {
    const names = [
      "a b",
      "ä/ö ü.txt",
      "emoji 😀.txt",
      "1+1=2",
      "100%",
      "%2F",
      "#1",
      "..x",
      ".dot/.file",
      "a&b;c=d",
      "(x)[y]{z}",
      "it's",
      "~",
      "$HOME",
      "@:,!*",
    ];
    const long = `${"d".repeat(200)}/${"e".repeat(200)}/${"f".repeat(200)}/${"g".repeat(200)}/${"h".repeat(92)}`;
    source.write(Object.fromEntries([...names, long].map((name) => [name, `content of ${name.length}`])));
    assertSucceeded(await upload());
    assert.deepEqual(
      await readBucket(target, bucket),
      Object.fromEntries([...names, long].map((name) => [name, `content of ${name.length}`])),
    );
  });

  it("sends only what the patterns match, and no .git", async () => {
    source.write({ ".git/HEAD": "ref", "a.js": "", "a.js.map": "", "b/c.js": "", "b/d.txt": "", ".env": "" });
    assertSucceeded(await upload({ globExpressions: "**\n!**/*.map\n# secrets\n!.env\n" }));
    assert.deepEqual(await listKeys(target, bucket), ["a.js", "b/c.js", "b/d.txt"]);
  });

  it("takes a single file, and a prefix with slashes around it", async () => {
    source.write({ "out/report.pdf": "pdf", "out/other.txt": "x" });
    assertSucceeded(await upload({ sourceFolder: `${source.path}/out/report.pdf`, targetFolder: "/reports/2026/" }));
    assert.deepEqual(await readBucket(target, bucket), { "reports/2026/report.pdf": "pdf" });
  });

  it("replaces what is there, and leaves everything else alone", async () => {
    source.write({ "a.txt": "old", "b.txt": "b" });
    assertSucceeded(await upload());
    source.write({ "a.txt": "new" });
    assertSucceeded(await upload({ globExpressions: "a.txt" }));
    assert.deepEqual(await readBucket(target, bucket), { "a.txt": "new", "b.txt": "b" });
  });

  it("sends files of every size whole: empty, one read, two reads, one request, many parts", async () => {
    const random = randomFrom(11);
    const pattern = random.bytes(MIB + 7);
    const sizes = [0, 1, 256 * 1024, 256 * 1024 + 1, 16 * MIB, 16 * MIB + 1, 40 * MIB + 3];
    const contentOf = (size: number) =>
      Buffer.concat(Array(Math.ceil(size / pattern.length) + 1).fill(pattern)).subarray(0, size);
    const contents = sizes.map((size) => [size, contentOf(size)] as const);
    source.write(Object.fromEntries(contents.map(([size, content]) => [`${size}.bin`, content])));
    const result = await upload();
    assertSucceeded(result);
    assert.equal(outputsOf(result).bytesUploaded, String(sizes.reduce((sum, size) => sum + size)));
    for (const [size, content] of contents) {
      const { Body, ETag } = await target.client().send(new GetObjectCommand({ Bucket: bucket, Key: `${size}.bin` }));
      const stored = Buffer.from((await Body?.transformToByteArray()) ?? []);
      assert.ok(stored.equals(content), `${size} bytes`);
      if (target.name !== "versitygw") assert.equal(ETag, `"${etagOf(content)}"`, `${size} bytes`);
    }
    const { Uploads = [] } = await target.client().send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    assert.deepEqual(Uploads, []);
  });

  it("sends many files over few connections", async function () {
    this.timeout(180_000);
    const count = amount(2_000, 300);
    source.write(
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index % 40}/${index}.txt`, `${index}`])),
    );
    target.server?.clearRequests();
    const result = await upload();
    assertSucceeded(result);
    assert.equal((await listKeys(target, bucket)).length, count);
    assert.equal(outputsOf(result).filesUploaded, String(count));
    assert.ok(linesBesideProgress(result).length < 40, "the log of many files is short");
    if (target.server) {
      const puts = target.server.requests.filter(({ operation }) => operation === "PutObject");
      assert.equal(puts.length, count);
      assert.ok(new Set(puts.map(({ connectionId }) => connectionId)).size <= 256);
    }
  });

  it("runs in a release as in a build", async () => {
    source.write({ "a.txt": "a" });
    assertSucceeded(await upload({}, { hostType: "release" }));
    assert.deepEqual(await listKeys(target, bucket), ["a.txt"]);
  });
});

function assertSucceeded(result: StepResult): void {
  assert.deepEqual([result.result, result.issues], ["Succeeded", []], result.log.join("\n"));
  assert.equal(result.exitCode, 0);
}

function outputsOf(result: StepResult): Record<string, string> {
  return Object.fromEntries(Object.entries(result.outputVariables).map(([name, { value }]) => [name, value]));
}

/** The ETag of an object that was sent in parts of 16 MiB where it is larger. */
function etagOf(bytes: Buffer): string {
  const md5 = (piece: Buffer) => createHash("md5").update(piece).digest();
  if (bytes.length <= 16 * MIB) return md5(bytes).toString("hex");
  const parts = Array.from({ length: Math.ceil(bytes.length / (16 * MIB)) }, (_, index) =>
    md5(bytes.subarray(index * 16 * MIB, (index + 1) * 16 * MIB)),
  );
  return `${md5(Buffer.concat(parts)).toString("hex")}-${parts.length}`;
}
