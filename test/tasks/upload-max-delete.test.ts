import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { assertDone, assertFailed, uploadBench } from "./upload-bench.ts";

const ADVICE = "If this is right, increase maxDelete. Otherwise check the source and the patterns.";
const LISTED_LIMIT = `${ADVICE} A dry run (dryRun: true) lists them all. [delete-limit-exceeded]`;

describe("AwsS3Upload, maxDelete", () => {
  const bench = uploadBench();
  const mirror = (inputs: Record<string, string>) =>
    bench.upload({ deleteExtra: "true", maxDelete: "100%", ...inputs });
  beforeEach(async () => {
    for (const name of ["a", "b", "c", "d"]) await bench.put(`p/${name}`);
    await bench.put("elsewhere");
    bench.source.write({ a: "", new: "new" });
  });
  const all = ["elsewhere", "p/a", "p/b", "p/c", "p/d"];

  const cases: [maxDelete: string, limit: string | undefined][] = [
    ["2", "2"],
    ["0", "0"],
    ["0%", "0%, which is 0"],
    ["3", undefined],
    // A share allows 10 in any case, if something is left.
    ["", undefined],
    ["1%", undefined],
    ["100%", undefined],
  ];
  for (const [maxDelete, limit] of cases) {
    it(`"${maxDelete}" ${limit ? "stops the step before anything is sent" : "lets them go"}`, async () => {
      const result = await mirror({ targetFolder: "p", maxDelete });
      if (!limit) {
        assertDone(result, { uploaded: 1, unchanged: 1, deleted: 3, bytes: 3 });
        assert.deepEqual(await bench.keys(), ["elsewhere", "p/a", "p/new"]);
        return;
      }
      assertFailed(result, [
        `maxDelete: deleteExtra would delete 3 of 4 under s3://${bench.bucket}/p/, and the limit is ${limit} (b, c, d). ${LISTED_LIMIT}`,
      ]);
      assert.deepEqual(await bench.keys(), all);
      bench.assertOperations({ ListObjectsV2: 1 });
    });
  }

  it("shows in a dry run what would go, and fails as a real run does", async () => {
    const result = await mirror({ targetFolder: "p", maxDelete: "0", dryRun: "true" });
    assertFailed(result, [
      `maxDelete: deleteExtra would delete 3 of 4 under s3://${bench.bucket}/p/, and the limit is 0 (b, c, d). ${ADVICE} The log above lists them, or the plan file if there are many. [delete-limit-exceeded]`,
    ]);
    const start = result.log.indexOf("Found 2 files: 1 new, 1 unchanged, 3 to delete; 3 B to upload");
    assert.deepEqual(result.log.slice(start + 1, start + 5), [
      "  new → p/new (3 B, new)",
      ...["b", "c", "d"].map((name) => `  delete p/${name} (not in the source folder)`),
    ]);
  });

  it("weighs a share of many objects, beyond the ten that it always allows", async () => {
    for (let index = 0; index < 26; index++) await bench.put(`p/${index}`);
    const stopped = await mirror({ targetFolder: "p", maxDelete: "50%", globExpressions: "**\n!?0" });
    assertFailed(stopped, [
      `maxDelete: deleteExtra would delete 27 of 30 under s3://${bench.bucket}/p/, and the limit is 50%, which is 15 (0, 1, 11, …). ${LISTED_LIMIT}`,
    ]);
    assertDone(await mirror({ targetFolder: "p", maxDelete: "30%", globExpressions: "a\nnew\n1?" }), {
      uploaded: 1,
      unchanged: 1,
      deleted: 10,
      bytes: 3,
    });
    assertFailed(await mirror({ targetFolder: "p", maxDelete: "30%", globExpressions: "a\nnew\n?" }), [
      `maxDelete: deleteExtra would delete 13 of 21 under s3://${bench.bucket}/p/, and the limit is 30%, which is 10 (0, 1, 2, …). ${LISTED_LIMIT}`,
    ]);
  });

  it("guards against an emptied folder", async () => {
    rmSync(bench.source.path, { recursive: true });
    mkdirSync(bench.source.path);
    const inputs = { targetFolder: "p", maxDelete: "", ifNoFilesFound: "ignore" };
    assertFailed(await mirror(inputs), [
      `maxDelete: deleteExtra would delete 4 of 4 under s3://${bench.bucket}/p/, and the limit is 50%, which is 3 (a, b, c, …). ${LISTED_LIMIT}`,
    ]);
    assert.deepEqual(await bench.keys(), all);
  });

  it("empties the prefix for an empty folder only where all of it may go", async () => {
    rmSync(bench.source.path, { recursive: true });
    mkdirSync(bench.source.path);
    assertDone(await mirror({ targetFolder: "p", ifNoFilesFound: "ignore" }), { deleted: 4 });
    assert.deepEqual(await bench.keys(), ["elsewhere"]);
  });
});
