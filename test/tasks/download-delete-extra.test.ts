import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { assertDownloaded, assertFailedWith, downloadBench } from "./download-bench.ts";

const ALL = { deleteExtra: "true", maxDelete: "100%" };

describe("AwsS3Download with deleteExtra", () => {
  const bench = downloadBench();

  it("makes the folder equal to the bucket, emptied folders included, and touches nothing outside", async () => {
    await bench.put({ "in/a.txt": "a", "in/b/c.txt": "c", "other.txt": "other" });
    bench.landing.write({ "a.txt": "old", "b/x.txt": "x", "d/e/f/y.txt": "y", ".hidden": "h", "other.txt": "extra" });
    bench.landing.write({ "../outside.txt": "outside" });
    const result = await bench.download({ ...ALL, sourceFolder: "in" });
    assertDownloaded(result, { new: 1, updated: 1, deleted: 4, bytes: 2 });
    assert.deepEqual(bench.landing.readOutside(), {
      "outside.txt": "outside",
      "target/a.txt": "a",
      "target/b/c.txt": "c",
    });
    assert.deepEqual(bench.actions(result), [
      "download in/a.txt → a.txt: size differs, done",
      "download in/b/c.txt → b/c.txt: new, done",
      "delete in/.hidden → .hidden: not in the bucket, done",
      "delete in/b/x.txt → b/x.txt: not in the bucket, done",
      "delete in/d/e/f/y.txt → d/e/f/y.txt: not in the bucket, done",
      "delete in/other.txt → other.txt: not in the bucket, done",
    ]);
    assert.ok(result.log.includes("  delete d/e/f/y.txt (not in the bucket)"), result.log.join("\n"));
    assertDownloaded(await bench.download({ ...ALL, sourceFolder: "in" }), { unchanged: 2 });
  });

  it("deletes nothing unless it is asked to", async () => {
    await bench.put({ "a.txt": "a" });
    bench.landing.write({ "extra.txt": "x" });
    assertDownloaded(await bench.download(), { new: 1, bytes: 1 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "a", "extra.txt": "x" });
  });

  it("deletes only what the patterns cover", async () => {
    await bench.put({ "a.js": "a" });
    bench.landing.write({ "b.js": "b", "c/d.js": "d", "c/e.txt": "e", "f.txt": "f", "keep/g.js": "g" });
    assertDownloaded(await bench.download({ ...ALL, globExpressions: "**/*.js\n!keep/" }), {
      new: 1,
      deleted: 2,
      bytes: 1,
    });
    assert.deepEqual(bench.landing.read(), { "a.js": "a", "c/e.txt": "e", "f.txt": "f", "keep/g.js": "g" });
  });

  it("protects a repository's history, unless a pattern names it", async () => {
    await bench.put({ "a.txt": "a" });
    bench.landing.write({ ".git/HEAD": "ref", "sub/.git/HEAD": "ref", "b.txt": "b" });
    assertDownloaded(await bench.download(ALL), { new: 1, deleted: 1, bytes: 1 });
    assert.deepEqual(bench.landing.read(), { ".git/HEAD": "ref", "a.txt": "a", "sub/.git/HEAD": "ref" });
    assertDownloaded(await bench.download({ ...ALL, globExpressions: "**\n**/.git/**" }), { unchanged: 1, deleted: 2 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "a" });
  });

  const limits: readonly [maxDelete: string, limit: string | undefined][] = [
    ["2", "2"],
    ["0", "0"],
    ["0%", "0%, which is 0"],
    // A share allows 10 in any case, if something is left.
    ["", undefined],
    ["10%", undefined],
    ["3", undefined],
  ];
  for (const [maxDelete, limit] of limits) {
    it(`${limit ? "refuses" : "does"} what is ${limit ? "more than" : "within"} a limit of "${maxDelete}"`, async () => {
      await bench.put({ "a.txt": "new" });
      bench.landing.write({ "a.txt": "old", "b.txt": "b", "c.txt": "c", "d/e.txt": "e" });
      const result = await bench.download({ deleteExtra: "true", maxDelete });
      if (!limit) {
        assertDownloaded(result, { updated: 1, deleted: 3, bytes: 3 });
        assert.deepEqual(bench.landing.read(), { "a.txt": "new" });
        return;
      }
      assertFailedWith(result, [
        `maxDelete: deleteExtra would delete 3 of 4 under ${bench.landing.path}, and the limit is ${limit} (b.txt, c.txt, d/e.txt). If this is right, increase maxDelete. Otherwise check the source and the patterns. A dry run (dryRun: true) lists them all. [delete-limit-exceeded]`,
      ]);
      assert.deepEqual(bench.landing.read(), { "a.txt": "old", "b.txt": "b", "c.txt": "c", "d/e.txt": "e" });
    });
  }

  it("clears away a file in the way of a folder, and a folder in the way of a file", async () => {
    await bench.put({ "a/b.txt": "b", c: "c", "e/f/g.txt": "g" });
    bench.landing.write({ a: "file", "c/d/x.txt": "x", "c/y.txt": "y", e: "file" });
    mkdirSync(join(bench.landing.path, "c/empty"));
    assertDownloaded(await bench.download(ALL), { new: 3, deleted: 4, bytes: 3 });
    assert.deepEqual(bench.landing.read(), { "a/b.txt": "b", c: "c", "e/f/g.txt": "g" });
  });

  it("keeps a folder in the way of a file where it holds what the patterns do not cover", async () => {
    await bench.put({ "c.js": "c" });
    bench.landing.write({ "c.js/x.js": "x", "c.js/keep.txt": "keep" });
    assertFailedWith(
      await bench.download({ ...ALL, globExpressions: "**/*.js" }),
      [
        `c.js was not downloaded: there is a folder of the same name: ${join(bench.landing.path, "c.js")}. Remove or rename that folder, or choose another target folder. [path-taken]`,
      ],
      {},
    );
    assert.deepEqual(bench.landing.read(), { "c.js/keep.txt": "keep", "c.js/x.js": "x" });
  });

  it("keeps the folders that the bucket has, emptied or not", async () => {
    await bench.put({ "kept/": "", "a.txt": "a" });
    bench.landing.write({ "kept/x.txt": "x", "gone/y.txt": "y" });
    assertDownloaded(await bench.download(ALL), { new: 1, deleted: 2, bytes: 1 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "a", "kept/": "" });
  });

  it("is refused for a single object, which is all there would be", async () => {
    await bench.put({ "in/a.txt": "a" });
    bench.landing.write({ "b.txt": "b" });
    assertFailedWith(await bench.download({ ...ALL, sourceFolder: "in/a.txt" }), [
      `deleteExtra: it cannot be used if sourceFolder is a single object, s3://${bench.bucket}/in/a.txt: everything else would be deleted. Set deleteExtra to false, or enter a folder. [inputs-in-conflict]`,
    ]);
    assert.deepEqual(bench.landing.read(), { "b.txt": "b" });
  });

  it("deletes nothing where nothing is found under the prefix, unless that may be", async () => {
    bench.landing.write({ "b.txt": "b" });
    assertFailedWith(await bench.download({ ...ALL, sourceFolder: "wrong" }), [
      `sourceFolder: no object under s3://${bench.bucket}/wrong/ matches the patterns (globExpressions). Check sourceFolder, the patterns and bucketName, also upper and lower case. [no-files-found]`,
    ]);
    assert.deepEqual(bench.landing.read(), { "b.txt": "b" });
    assertDownloaded(await bench.download({ ...ALL, sourceFolder: "wrong", ifNoFilesFound: "ignore" }), { deleted: 1 });
    assert.deepEqual(bench.landing.read(), {});
  });
});

describe("AwsS3Download with deleteExtra, when things go wrong,", () => {
  const bench = downloadBench("embedded");

  it("deletes nothing unless everything has come", async () => {
    await bench.put({ "a.txt": "a", "b.txt": "b" });
    bench.landing.write({ "extra.txt": "x", "b.txt": "old" });
    const refused = { kind: "status", status: 403, code: "AccessDenied", message: "Access Denied" } as const;
    bench.fault({ operation: "GetObject", key: "b.txt" }, refused);
    const result = await bench.download(ALL);
    assertFailedWith(
      result,
      [
        `b.txt was not downloaded: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:GetObject on arn:aws:s3:::${bench.bucket}/b.txt, in its own policy and in the policy of the bucket. Without s3:ListBucket, S3 gives the same answer for an object that does not exist. [access-denied]`,
      ],
      { new: 1, bytes: 1 },
    );
    assert.deepEqual(bench.landing.read(), { "a.txt": "a", "b.txt": "old", "extra.txt": "x" });
    assert.deepEqual(bench.actions(result).sort(), [
      "delete extra.txt → extra.txt: not in the bucket, notDone",
      "download a.txt → a.txt: new, done",
      "download b.txt → b.txt: size differs, failed",
    ]);
  });

  it("keeps what is in the way of files and folders unless everything has come", async () => {
    await bench.put({ "a/b.txt": "b", "a/d/e.txt": "e", c: "c", "f/": "", "z.txt": "z" });
    const old = { a: "file", "c/d/x.txt": "x", "c/y.txt": "y", f: "file" };
    bench.landing.write(old);
    mkdirSync(join(bench.landing.path, "c/empty"));
    const refused = { kind: "status", status: 403, code: "AccessDenied", message: "Access Denied" } as const;
    for (const key of ["a/b.txt", "c", "z.txt"]) {
      const fault = bench.fault({ operation: "GetObject", key }, refused);
      const result = await bench.download(ALL);
      fault.remove();
      assert.equal(result.result, "Failed");
      const { "z.txt": _, ...left } = bench.landing.read();
      assert.deepEqual(left, { ...old, "c/empty/": "" }, key);
      const done = bench.actions(result).filter((action) => action.endsWith("done") && !action.endsWith("notDone"));
      assert.deepEqual(done, key === "z.txt" ? [] : ["download z.txt → z.txt: new, done"]);
      rmSync(join(bench.landing.path, "z.txt"), { force: true });
    }
    assertDownloaded(await bench.download(ALL), { new: 4, deleted: 4, bytes: 4 });
    assert.deepEqual(bench.landing.read(), { "a/b.txt": "b", "a/d/e.txt": "e", c: "c", "f/": "", "z.txt": "z" });
  });

  it("replaces a link by a folder, and writes nothing behind it", async function () {
    if (process.platform === "win32") this.skip();
    await bench.put({ "a/b.txt": "new", "real/b.txt": "kept" });
    bench.landing.write({ "real/b.txt": "kept" });
    symlinkSync("real", join(bench.landing.path, "a"));
    assertDownloaded(await bench.download(ALL), { new: 1, unchanged: 1, deleted: 1, bytes: 3 });
    assert.deepEqual(bench.landing.read(), { "a/b.txt": "new", "real/b.txt": "kept" });
  });

  it("deletes nothing where the listing breaks off", async () => {
    await bench.put({ "a.txt": "a" });
    bench.landing.write({ "extra.txt": "x" });
    bench.fault({ operation: "ListObjectsV2" }, { kind: "status", status: 403, code: "AccessDenied", message: "No" });
    assertFailedWith(await bench.download(ALL), [
      `Listing s3://${bench.bucket}/ failed: No (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:ListBucket on arn:aws:s3:::${bench.bucket}, in its own policy and in the policy of the bucket. [access-denied]`,
    ]);
    assert.deepEqual(bench.landing.read(), { "extra.txt": "x" });
  });
});
