import assert from "node:assert/strict";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { assertDone, assertFailed, uploadBench } from "./upload-bench.ts";

describe("AwsS3Upload, dryRun", () => {
  const bench = uploadBench();

  it("changes nothing, and tells what would happen in outputs, log, plan file and summary", async () => {
    await bench.put("p/changed.txt", { Body: "before" });
    await bench.put("p/old.txt", { Body: "old" });
    await bench.put("p/restyled.css", { Body: "css", CacheControl: "old" });
    await bench.put("p/same.txt", { Body: "same" });
    const before = await bench.contents();
    bench.source.write({ "changed.txt": "after", "new.txt": "new", "restyled.css": "css", "same.txt": "same" });
    const cacheControl = "*.css=no-cache";
    const inputs = { targetFolder: "p", dryRun: "true", deleteExtra: "true", cacheControl };

    const result = await bench.upload(inputs);
    assertDone(result, { uploaded: 1, updated: 2, unchanged: 1, deleted: 1, bytes: 8 });
    bench.assertOperations({ ListObjectsV2: 1, HeadObject: 2 });
    assert.deepEqual(await bench.contents(), before);
    assert.equal((await bench.head("p/restyled.css")).CacheControl, "old");

    const told = [
      "changed.txt → p/changed.txt (5 B, size differs)",
      "new.txt → p/new.txt (3 B, new)",
      "p/restyled.css: cache-control differs",
      "delete p/old.txt (not in the source folder)",
    ];
    const start = result.log.indexOf("Found 4 files: 1 new, 2 to update, 1 unchanged, 1 to delete; 8 B to upload");
    assert.deepEqual(result.log.slice(start + 1, start + 11), [
      ...told.map((line) => `  ${line}`),
      "Dry run: nothing was changed. A real run would have this result:",
      "  new        1",
      "  updated    2",
      "  unchanged  1",
      "  deleted    1",
      "##[section]Finishing: AwsS3Upload",
    ]);
    assert.deepEqual(bench.planOf(result), {
      bucket: bench.bucket,
      prefix: "p/",
      folder: bench.source.path,
      dryRun: true,
      problems: [],
      actions: [
        planned("upload", "changed.txt", 5, "size differs"),
        planned("upload", "new.txt", 3, "new"),
        planned("update", "restyled.css", 3, "cache-control differs"),
        planned("leave", "same.txt", 4, "same checksum"),
        planned("delete", "old.txt", 3, "not in the source folder"),
      ],
    });

    const real = await bench.upload({ ...inputs, dryRun: "false" });
    assertDone(real, { uploaded: 1, updated: 2, unchanged: 1, deleted: 1, bytes: 8 });
    const { actions, dryRun } = bench.planOf(real);
    assert.equal(dryRun, false);
    assert.deepEqual(
      actions,
      bench.planOf(result).actions.map((action) => ({ ...action, status: "done" })),
    );
    assert.deepEqual(
      result.log.filter((line) => told.includes(line.trim())),
      told.map((line) => `  ${line}`),
    );
  });

  function planned(action: string, path: string, sizeBytes: number, reason: string) {
    return { action, path, key: `p/${path}`, sizeBytes, reason, status: "planned" };
  }

  it("names the plan file in the log where the actions are too many to be named", async () => {
    const names = Array.from({ length: 101 }, (_, index) => `${index}.txt`);
    bench.source.write(Object.fromEntries(names.map((name) => [name, ""])));
    for (const dryRun of ["true", "false"]) {
      const result = await bench.upload({ dryRun, overwrite: "always" });
      assertDone(result, { uploaded: 101 });
      assert.ok(result.log.includes("Found 101 files: 101 to upload"), result.log.join("\n"));
      const line = `Every action and its reason: ${result.outputVariables.planFile?.value}`;
      assert.equal(result.log.at(-2), line, result.log.join("\n"));
    }
  });

  it("makes no bucket, and plans as for an empty one", async () => {
    bench.source.write({ "a.txt": "a" });
    const bucketName = `${bench.bucket}-new`;
    const result = await bench.upload({ bucketName, dryRun: "true", createBucket: "true", deleteExtra: "true" });
    assertDone(result, { uploaded: 1, bytes: 1 });
    assert.ok(result.log.includes(`The bucket ${bucketName} would be created`), result.log.join("\n"));
    await assert.rejects(bench.target.client().send(new HeadBucketCommand({ Bucket: bucketName })), {
      name: "NotFound",
    });
  });

  it("tells of problems as a real run does", async () => {
    await bench.put("a.txt");
    bench.source.write({ "a.txt": "a" });
    assertFailed(await bench.upload({ dryRun: "true", overwrite: "error" }), [
      "overwrite: a.txt exists already. Choose another targetFolder, or set overwrite to changed, always or never. [target-not-empty]",
    ]);
  });
});
