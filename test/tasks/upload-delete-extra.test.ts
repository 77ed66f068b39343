import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { unprivilegedNode } from "./unprivileged-node.ts";
import { assertDone, assertFailed, assertOutcome, denied, uploadBench } from "./upload-bench.ts";
import { SourceFolder } from "./upload-step.ts";

describe("AwsS3Upload, deleteExtra", () => {
  const bench = uploadBench();
  const mirror = (inputs: Record<string, string> = {}, step = {}) =>
    bench.upload({ deleteExtra: "true", maxDelete: "100%", ...inputs }, step);

  it("deletes what the folder lacks, under the prefix alone, after the uploads", async () => {
    for (const key of ["site/old.txt", "site/a/old.txt", "site/same.txt", "siteother.txt", "z.txt"]) {
      await bench.put(key, { Body: "same", ContentType: "text/plain" });
    }
    bench.source.write({ "new.txt": "new", "same.txt": "same" });
    assertDone(await mirror({ targetFolder: "site" }), { uploaded: 1, unchanged: 1, deleted: 2, bytes: 3 });
    assert.deepEqual(await bench.contents(), {
      "site/new.txt": "new",
      "site/same.txt": "same",
      "siteother.txt": "same",
      "z.txt": "same",
    });
    if (bench.target.server) {
      const operations = bench.requests.map(({ operation }) => operation);
      assert.deepEqual(operations, ["ListObjectsV2", "HeadObject", "PutObject", "DeleteObjects"]);
    }
  });

  it("leaves alone what is extra where it is off", async () => {
    await bench.put("old.txt");
    bench.source.write({ "new.txt": "new" });
    assertDone(await bench.upload(), { uploaded: 1, bytes: 3 });
    assert.deepEqual(await bench.keys(), ["new.txt", "old.txt"]);
  });

  it("deletes with overwrite always, never and changed alike", async () => {
    for (const overwrite of ["always", "never", "changed"]) {
      await bench.put("old.txt");
      bench.source.write({ "a.txt": "a" });
      const { result, outputVariables } = await mirror({ overwrite });
      assert.deepEqual([result, outputVariables.filesDeleted?.value], ["Succeeded", "1"], overwrite);
      assert.deepEqual(await bench.keys(), ["a.txt"]);
    }
  });

  it("deletes only what its own patterns cover", async () => {
    for (const key of ["a.js", "b.js", "old.js", "old.js.map", "deep/old.js", ".git/old.js"]) await bench.put(key);
    bench.source.write({ "a.js": "", "b.js": "" });
    assertDone(await mirror({ globExpressions: "**/*.js\n!b.js\n!old.js" }), { unchanged: 1, deleted: 1 });
    assert.deepEqual(await bench.keys(), [".git/old.js", "a.js", "b.js", "old.js", "old.js.map"]);
  });

  it("leaves folder markers, and deletes a key with a slash at its end that has content", async () => {
    await bench.put("site/");
    await bench.put("site/empty/");
    await bench.put("site/full/", { Body: "content" });
    bench.source.write({ "a.txt": "a" });
    assertDone(await mirror({ targetFolder: "site" }), { uploaded: 1, deleted: 1, bytes: 1 });
    assert.deepEqual(await bench.keys(), ["site/", "site/a.txt", "site/empty/"]);
  });

  it("deletes objects where a file has become a folder, and a folder a file", async () => {
    for (const key of ["a", "b/c", "b/d"]) await bench.put(key);
    bench.source.write({ "a/x": "x", b: "b" });
    assertDone(await mirror(), { uploaded: 2, deleted: 3, bytes: 2 });
    assert.deepEqual(await bench.contents(), { "a/x": "x", b: "b" });
  });

  it("deletes more than a thousand objects, a thousand with each request", async function () {
    bench.skipOn(
      this,
      ["radosgw", "versitygw", "s3proxy", "seaweedfs"],
      "making so many objects there takes long and shows nothing more",
    );
    const names = Array.from({ length: 1203 }, (_, index) => `old/${index} & <ü>.txt`);
    for (let start = 0; start < names.length; start += 100) {
      await Promise.all(names.slice(start, start + 100).map((name) => bench.put(name)));
    }
    bench.source.write({ "a.txt": "a" });
    assertDone(await mirror(), { uploaded: 1, deleted: 1203, bytes: 1 });
    assert.deepEqual(await bench.keys(), ["a.txt"]);
    bench.assertOperations({ ListObjectsV2: 2, PutObject: 1, DeleteObjects: 2 });
  });

  it("counts what somebody else has deleted meanwhile as deleted", async function () {
    if (!bench.target.server) return this.skip();
    await bench.put("old.txt");
    bench.source.write({ "a.txt": "a" });
    const slow = { kind: "delay", delayMs: 700 } as const;
    const step = bench.during({ operation: "PutObject" }, slow, () => mirror());
    while (!bench.server.requests.some(({ operation }) => operation === "PutObject")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await bench.target.client().send(new DeleteObjectCommand({ Bucket: bench.bucket, Key: "old.txt" }));
    assertDone(await step, { uploaded: 1, deleted: 1, bytes: 1 });
  });

  describe("protects", () => {
    beforeEach(async () => {
      await Promise.all(["kept", "kept.html", "kept/a.html", "kept/deep/b.html", "old.html"].map(putIfPossible));
      bench.source.write({ "a.html": "a" });
    });

    /** These hold a key, or keys below it, but not both. */
    // SeaweedFS lost an object whose key is also a folder in one of many runs.
    const holdsOneOfBoth = () => ["versitygw", "s3proxy", "seaweedfs"].includes(bench.target.name);

    async function putIfPossible(key: string): Promise<void> {
      if (!holdsOneOfBoth() || key !== "kept") await bench.put(key);
    }

    const left = () => ["a.html", ...(holdsOneOfBoth() ? [] : ["kept"]), "kept.html"];

    it("what stands where a link is broken, and under it", async () => {
      symlinkSync("nowhere", join(bench.source.path, "kept"));
      symlinkSync("nowhere", join(bench.source.path, "kept.html"));
      assertOutcome(await mirror(), {
        result: "Succeeded",
        warnings: [
          "kept is skipped: the link leads nowhere (ENOENT). [file-skipped]",
          "kept.html is skipped: the link leads nowhere (ENOENT). [file-skipped]",
        ],
        counts: { uploaded: 1, deleted: 1, bytes: 1 },
      });
      assert.deepEqual(await bench.keys(), [...left(), "kept/a.html", "kept/deep/b.html"]);
    });

    it("what stands under a link that leaves the folder", async () => {
      const outside = new SourceFolder().write({ "a.html": "outside" });
      symlinkSync(outside.path, join(bench.source.path, "kept"));
      const result = await mirror({ globExpressions: "**\n!kept.html" });
      outside.remove();
      assertOutcome(result, {
        result: "Succeeded",
        warnings: ["kept is skipped: the link leads out of the source folder. [file-skipped]"],
        counts: { uploaded: 1, deleted: 1, bytes: 1 },
      });
      assert.deepEqual(await bench.keys(), [...left(), "kept/a.html", "kept/deep/b.html"]);
    });

    it("what stands under a linked folder where the patterns match only what would be in it", async () => {
      const outside = new SourceFolder();
      symlinkSync(outside.path, join(bench.source.path, "kept"));
      const result = await mirror({ globExpressions: "**/*.html\n!kept.html" });
      outside.remove();
      assert.deepEqual(await bench.keys(), [...left(), "kept/a.html", "kept/deep/b.html"], result.log.join("\n"));
    });

    it("what stands under a broken link where the patterns match only what would be in it", async () => {
      symlinkSync("nowhere", join(bench.source.path, "kept"));
      const result = await mirror({ globExpressions: "**/*.html\n!kept.html" });
      assert.deepEqual(await bench.keys(), [...left(), "kept/a.html", "kept/deep/b.html"], result.log.join("\n"));
    });

    it("what stands where there is neither a file nor a folder", async function () {
      if (process.platform === "win32") this.skip();
      const { execFileSync } = await import("node:child_process");
      execFileSync("mkfifo", [join(bench.source.path, "kept.html")]);
      assertOutcome(await mirror({ globExpressions: "*.html" }), {
        result: "Succeeded",
        warnings: ["kept.html is skipped: it is neither a file nor a folder. [file-skipped]"],
        counts: { uploaded: 1, deleted: 1, bytes: 1 },
      });
      assert.ok((await bench.keys()).includes("kept.html"));
    });

    it("everything, where a file cannot be read", async function () {
      const folder = new SourceFolder();
      const nodePath = unprivilegedNode(folder.path);
      if (!nodePath) return this.skip();
      bench.source.write({ "kept.html": "locked" });
      const path = join(bench.source.path, "kept.html");
      chmodSync(path, 0);
      const before = await bench.keys();
      assertFailed(
        await mirror({}, { nodePath }),
        [
          `kept.html was not uploaded: EACCES: permission denied, open '${path}'. Check that the agent's user has access there. [file-access-denied]`,
        ],
        { uploaded: 1, bytes: 1 },
      );
      assert.deepEqual(await bench.keys(), ["a.html", ...before]);
      folder.remove();
    });

    it("everything, where a folder cannot be read", async function () {
      const folder = new SourceFolder();
      const nodePath = unprivilegedNode(folder.path);
      if (!nodePath) return this.skip();
      const path = join(bench.source.path, "locked");
      mkdirSync(path, { mode: 0 });
      const before = await bench.keys();
      const result = await mirror({}, { nodePath });
      chmodSync(path, 0o700);
      assertFailed(result, [
        `sourceFolder: locked cannot be read: EACCES: permission denied, scandir '${path}'. Check that the agent's user has access there. [file-access-denied]`,
      ]);
      assert.deepEqual(await bench.keys(), before);
      folder.remove();
    });
  });

  describe("when things go wrong", () => {
    const failing = { kind: "status", status: 400, code: "InvalidArgument", message: "No" } as const;
    before(function () {
      // Faults are ordered of the embedded server.
      if (!bench.target.server) this.skip();
    });

    it("deletes nothing where an upload failed", async () => {
      await bench.put("old.txt");
      bench.source.write({ "a.txt": "a", "bad.txt": "bad" });
      const result = await bench.during({ key: "bad.txt" }, failing, () => mirror());
      assertFailed(result, ["bad.txt was not uploaded: No (400 InvalidArgument). [request-refused]"], {
        uploaded: 1,
        bytes: 1,
      });
      assert.deepEqual(await bench.keys(), ["a.txt", "old.txt"]);
      assert.deepEqual(
        bench.planOf(result).actions.map(({ key, status }) => `${key} ${status}`),
        ["a.txt done", "bad.txt failed", "old.txt notDone"],
      );
    });

    it("deletes nothing where a change of headers failed", async () => {
      await bench.put("a.txt", { Body: "a" });
      await bench.put("old.txt");
      bench.source.write({ "a.txt": "a" });
      const result = await bench.during({ operation: "CopyObject" }, failing, () => mirror({ cacheControl: "**=x" }));
      assert.equal(result.result, "Failed", result.log.join("\n"));
      assert.deepEqual(await bench.keys(), ["a.txt", "old.txt"]);
    });

    it("says which permission is missing where deletion is denied", async () => {
      await bench.put("old.txt");
      bench.source.write({ "a.txt": "a" });
      const result = await bench.during({ operation: "DeleteObjects" }, denied, () => mirror());
      assertFailed(
        result,
        [
          `old.txt was not deleted: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:DeleteObject on arn:aws:s3:::${bench.bucket}/old.txt, in its own policy and in the policy of the bucket. [access-denied]`,
        ],
        { uploaded: 1, bytes: 1 },
      );
      // The same step does the rest, once it may.
      assertDone(await mirror(), { unchanged: 1, deleted: 1 });
      assert.deepEqual(await bench.keys(), ["a.txt"]);
    });

    it("deletes nothing where the listing breaks off", async () => {
      await bench.put("old.txt");
      bench.source.write({ "a.txt": "a" });
      const result = await bench.during({ operation: "ListObjectsV2" }, denied, () => mirror());
      assert.equal(result.result, "Failed");
      assert.deepEqual(await bench.keys(), ["old.txt"]);
      bench.assertOperations({ ListObjectsV2: 1 });
    });
  });

  for (const [other, inputs, why] of [
    [
      "flattenFolders",
      { flattenFolders: "true" },
      "because the names do not show the folders of the files. Set one of the two to false. [inputs-in-conflict]",
    ],
    [
      "shard",
      { shard: "true" },
      "because each job knows only its share of the files. Set one of the two to false, and delete in a later job without shard. [inputs-in-conflict]",
    ],
  ] as const) {
    it(`cannot be used with ${other}`, async () => {
      bench.source.write({ "a.txt": "a" });
      assertFailed(await mirror(inputs), [`deleteExtra: it cannot be used with ${other}, ${why}`]);
      bench.assertOperations({});
    });
  }
});
