import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { taskNode } from "../../local/agent/task-node.ts";
import { amount } from "../amounts.ts";
import { assertDownloaded, assertFailedWith, downloadBench } from "./download-bench.ts";
import { linesBesideProgress, outputsOf } from "./step-result.ts";
import { cutInto, MIB, patternedBytes, putInParts } from "./stored-objects.ts";
import { runUpload, SourceFolder } from "./upload-step.ts";

describe("AwsS3Download", () => {
  const bench = downloadBench();

  it("brings what is under a prefix to a folder that it makes, byte for byte, and tells how much", async () => {
    await bench.put({ "site/index.html": "<p>home</p>", "site/assets/app.js": "run()", "site/assets/empty.txt": "" });
    await bench.put({ "site-old/index.html": "old", "sitemap.xml": "map", "a/site/index.html": "other" });
    const targetFolder = join(bench.landing.path, "deep/er");
    const result = await bench.download({ sourceFolder: "site", targetFolder });
    assertDownloaded(result, { new: 3, bytes: 16 });
    assert.deepEqual(bench.landing.read(), {
      "deep/er/assets/app.js": "run()",
      "deep/er/assets/empty.txt": "",
      "deep/er/index.html": "<p>home</p>",
    });
    const { planFile, ...outputs } = outputsOf(result);
    assert.deepEqual(outputs, {
      filesDownloaded: "3",
      filesUpdated: "0",
      filesUnchanged: "0",
      filesDeleted: "0",
      bytesDownloaded: "16",
      targetFolder,
    });
    assert.ok(planFile);
    assert.ok(result.log.includes("  site/assets/app.js → assets/app.js (5 B, new)"), result.log.join("\n"));
    assert.ok(result.log.some((line) => line.startsWith(`Downloaded 3 files, 16 B, to ${targetFolder} in `)));
  });

  for (const sourceFolder of ["site/", "/site", "/site/"]) {
    it(`takes ${sourceFolder} for the same prefix`, async () => {
      await bench.put({ "site/a.txt": "a", "site-old/b.txt": "b" });
      assertDownloaded(await bench.download({ sourceFolder }), { new: 1, bytes: 1 });
      assert.deepEqual(bench.landing.read(), { "a.txt": "a" });
    });
  }

  it("takes nothing for the whole bucket", async () => {
    await bench.put({ "a.txt": "a", "b/c.txt": "c" });
    assertDownloaded(await bench.download(), { new: 2, bytes: 2 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "a", "b/c.txt": "c" });
  });

  it("gives each file the time at which its object was stored", async () => {
    await bench.put({ "small.txt": "a", "large.bin": patternedBytes(17 * MIB) });
    assertDownloaded(await bench.download(), { new: 2, bytes: 17 * MIB + 1 });
    for (const Key of ["small.txt", "large.bin"]) {
      const { LastModified } = await bench.target.client().send(new HeadObjectCommand({ Bucket: bench.bucket, Key }));
      assert.equal(bench.landing.modifiedMs(Key), LastModified?.getTime());
    }
  });

  it("takes the key of an object for that object alone", async () => {
    await bench.put({ "out/report.pdf": "pdf", "out/report.pdf.bak": "bak", "out/other.txt": "x" });
    const result = await bench.download({ sourceFolder: "out/report.pdf" });
    assertDownloaded(result, { new: 1, bytes: 3 });
    assert.deepEqual(bench.landing.read(), { "report.pdf": "pdf" });
    bench.assertAsked([
      "ListObjectsV2 out/report.pdf/…",
      "HeadObject out/report.pdf",
      "GetObject out/report.pdf if-match",
    ]);
    assertDownloaded(await bench.download({ sourceFolder: "out/report.pdf" }), { unchanged: 1 });
  });

  it("refuses a key that is an object and a prefix of others, and downloads it as a prefix with a slash", async () => {
    await bench.put({ "out/a": "object", "out/a.txt": "between" });
    // Stored at the same moment, SeaweedFS loses one of the two in one try of ten.
    await bench.put({ "out/a/b.txt": "below" });
    assertFailedWith(await bench.download({ sourceFolder: "out/a" }), [
      `sourceFolder: s3://${bench.bucket}/out/a is an object, and also a folder with others: s3://${bench.bucket}/out/a/ (out/a/b.txt). For the folder, enter out/a/. For the object, enter the folder above it, and a pattern. [source-ambiguous]`,
    ]);
    assertDownloaded(await bench.download({ sourceFolder: "out/a/" }), { new: 1, bytes: 5 });
    assert.deepEqual(bench.landing.read(), { "b.txt": "below" });
    assertDownloaded(await bench.download({ sourceFolder: "out", globExpressions: "a" }), { new: 1, bytes: 6 });
    assert.deepEqual(bench.landing.read(), { a: "object", "b.txt": "below" });
  });

  it("matches patterns against the key below the prefix: in order, with !, braces and dotfiles", async () => {
    await bench.put({
      "in/a.js": "",
      "in/a.js.map": "",
      "in/b/c.js": "",
      "in/b/d.txt": "",
      "in/.env": "",
      "in/.x/y.css": "",
    });
    await bench.put({ "in/in/a.js": "", "in/.git/HEAD": "" });
    const globExpressions = "**/*.{js,map,css}\n# not these\n!*.map\n!in/\n.env";
    assertDownloaded(await bench.download({ sourceFolder: "in", globExpressions }), { new: 4 });
    assert.deepEqual(bench.landing.read(), { ".env": "", ".x/y.css": "", "a.js": "", "b/c.js": "" });
  });

  it("leaves out a repository's history, unless a pattern names it", async () => {
    await bench.put({ ".git/HEAD": "ref", "a.txt": "a" });
    assertDownloaded(await bench.download(), { new: 1, bytes: 1 });
    assertDownloaded(await bench.download({ globExpressions: ".git/**" }), { new: 1, bytes: 3 });
    assert.deepEqual(bench.landing.read(), { ".git/HEAD": "ref", "a.txt": "a" });
  });

  it("keeps every name that a key can give a file", async () => {
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
      "~",
      "@:,!*",
    ];
    names.push(
      "(x)[y]{z}",
      "it's",
      "$HOME",
      " blank ",
      'quo"te',
      "<>|?*",
      "日本/～.txt",
      "con",
      "trailing.",
      "e\u0301",
    );
    // Other servers list control characters in ways of their own, if they take them.
    if (bench.target.server) names.push("back\\slash", "..\\up", "tab\tline\nbreak", "bell\u0007", "\u2028", "\u007f");
    names.push(`${"d".repeat(200)}/${"e".repeat(200)}/${"f".repeat(200)}/${"g".repeat(200)}/${"h".repeat(92)}`);
    const objects = Object.fromEntries(names.map((name) => [`in/${name}`, `content of ${name.length}`]));
    await bench.put(objects);
    const bytes = Object.values(objects).reduce((sum, { length }) => sum + length, 0);
    assertDownloaded(await bench.download({ sourceFolder: "in" }), { new: names.length, bytes });
    const expected = Object.entries(objects).map(([key, content]) => [key.slice(3), content] as const);
    assert.deepEqual(bench.landing.read(), Object.fromEntries(expected.sort(([a], [b]) => (a < b ? -1 : 1))));
    assertDownloaded(await bench.download({ sourceFolder: "in" }), { unchanged: names.length });
  });

  it("puts all files into one folder when folders are flattened, and finds them there again", async () => {
    await bench.put({ "in/a/x.txt": "x", "in/b/c/y.txt": "y", "in/z.txt": "z" });
    const inputs = { sourceFolder: "in", flattenFolders: "true" };
    assertDownloaded(await bench.download(inputs), { new: 3, bytes: 3 });
    assert.deepEqual(bench.landing.read(), { "x.txt": "x", "y.txt": "y", "z.txt": "z" });
    assertDownloaded(await bench.download(inputs), { unchanged: 3 });
  });

  it("brings objects of every size and make whole, and knows nearly all of them again", async function () {
    this.timeout(120_000);
    const sizes = [0, 1, 65_536, 256 * 1024, 256 * 1024 + 1, 16 * MIB, 16 * MIB + 1, 33 * MIB];
    const objects = Object.fromEntries(sizes.map((size) => [`${size}.bin`, patternedBytes(size)]));
    await bench.put(objects);
    for (const [key, parts] of Object.entries({ even: [6, 6, 1], uneven: [5, 7, 2], misleading: [6, 5, 6] })) {
      const bytes = patternedBytes(parts.reduce((sum, part) => sum + part) * MIB);
      objects[`${key}.bin`] = bytes;
      await putInParts(
        bench.target,
        bench.bucket,
        `${key}.bin`,
        cutInto(
          bytes,
          parts.map((part) => part * MIB),
        ),
      );
    }
    const bytes = Object.values(objects).reduce((sum, { length }) => sum + length, 0);
    assertDownloaded(await bench.download(), { new: Object.keys(objects).length, bytes });
    assert.deepEqual(readdirSync(bench.landing.path).sort(), Object.keys(objects).sort());
    for (const [key, content] of Object.entries(objects)) assert.ok(bench.landing.bytesOf(key).equals(content), key);
    // The size of the first part says that parts differ; versitygw knows a CRC of the whole, and radosgw no part's size, so that time decides.
    const uneven = ["misleading.bin", "uneven.bin"];
    const unknown = ["versitygw", "radosgw"].includes(bench.target.name) ? [] : uneven;
    const again = bench.actions(await bench.download()).filter((action) => !action.startsWith("leave "));
    assert.deepEqual(
      again,
      unknown.map((key) => `download ${key} → ${key}: content differs, done`),
    );
  });

  it("brings many files over few connections, even where few files may be open", async function () {
    this.timeout(180_000);
    const source = new SourceFolder();
    // More than twice as many as it may have open.
    const count = amount(3_000, 600);
    const files = Array.from({ length: count }, (_, index) => [`${index % 40}/${index}.txt`, `${index}`] as const);
    source.write(Object.fromEntries(files));
    const uploaded = await runUpload(bench.target, { bucketName: bench.bucket, sourceFolder: source.path });
    source.remove();
    assert.equal(uploaded.result, "Succeeded", uploaded.log.join("\n"));

    const result = await bench.download({}, { nodePath: nodeWithFewFiles(bench.landing.outside) });
    assertDownloaded(result, { new: count, bytes: files.reduce((sum, [, { length }]) => sum + length, 0) });
    const landed = bench.landing.read();
    assert.deepEqual(landed, Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1))));
    assert.ok(linesBesideProgress(result).length < 40, "the log of many files is short");
    const gets = bench.requests.filter(({ operation }) => operation === "GetObject");
    assert.ok(new Set(gets.map(({ connectionId }) => connectionId)).size <= 108);
    assert.equal(bench.requests.length, bench.target.server ? count + Math.ceil(count / 1_000) : 0);
  });

  it("takes one request at a time where it is told to, for a large object too", async () => {
    await bench.put({ "a.txt": "a", "large.bin": patternedBytes(17 * MIB) });
    assertDownloaded(await bench.download({ concurrency: "1" }), { new: 2, bytes: 17 * MIB + 1 });
    assert.ok(new Set(bench.requests.map(({ connectionId }) => connectionId)).size <= 1);
  });

  it("runs in a release as in a build, from where that is", async () => {
    await bench.put({ "a.txt": "a" });
    assertDownloaded(await bench.download({}, { hostType: "release" }), { new: 1, bytes: 1 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "a" });
  });
});

/** A Node that may have 256 files and connections open, and no more. The shell is bash for the sake of variables with a `-` in their names. */
function nodeWithFewFiles(folder: string): string {
  if (process.platform === "win32") return taskNode();
  const script = join(folder, "node-with-few-files");
  writeFileSync(script, `#!/usr/bin/env bash\nulimit -n 256\nexec '${taskNode()}' "$@"\n`, { mode: 0o755 });
  return script;
}
