import assert from "node:assert/strict";
import { assertDone, assertFailed, denied, uploadBench } from "./upload-bench.ts";

const NEW_SAME_DIFFERENT = { new: "new", same: "same", different: "after" };

describe("AwsS3Upload, overwrite", () => {
  const bench = uploadBench();
  beforeEach(async () => {
    await bench.put("p/same", { Body: "same", ContentType: "text/x-first" });
    await bench.put("p/different", { Body: "before", ContentType: "text/x-first" });
    await bench.put("p/other", { Body: "other" });
    bench.source.write(NEW_SAME_DIFFERENT);
  });
  const upload = (inputs: Record<string, string>) => bench.upload({ targetFolder: "p", ...inputs });
  const contents = (ours: object) => ({ "p/other": "other", ...ours });

  for (const overwrite of ["changed", "", "Changed"]) {
    it(`"${overwrite}" sends what is new or differs, and leaves what is the same`, async () => {
      const result = await upload({ overwrite });
      assertDone(result, { uploaded: 1, updated: 1, unchanged: 1, bytes: 8 });
      bench.assertOperations({ ListObjectsV2: 1, PutObject: 2 });
      assert.deepEqual(await bench.contents(), contents({ "p/new": "new", "p/same": "same", "p/different": "after" }));
      assert.deepEqual(bench.reasons(result), [
        "upload p/different: size differs",
        "upload p/new: new",
        "leave p/same: same checksum",
      ]);
      assert.equal((await bench.head("p/same")).ContentType, "text/x-first");
    });
  }

  for (const overwrite of ["always", "true", "TRUE"]) {
    it(`"${overwrite}" sends everything with PutObject requests alone`, async () => {
      const result = await upload({ overwrite });
      assertDone(result, { uploaded: 3, bytes: 12 });
      bench.assertOperations({ PutObject: 3 });
      assert.deepEqual(await bench.contents(), contents({ "p/new": "new", "p/same": "same", "p/different": "after" }));
      assert.equal((await bench.head("p/same")).ContentType, "application/octet-stream");
    });
  }

  it('"always" with deleteExtra lists, and so tells what is new from what is replaced', async () => {
    const result = await upload({ overwrite: "always", deleteExtra: "true", maxDelete: "1" });
    assertDone(result, { uploaded: 1, updated: 2, deleted: 1, bytes: 12 });
    bench.assertOperations({ ListObjectsV2: 1, PutObject: 3, DeleteObjects: 1 });
    assert.deepEqual(bench.reasons(result), [
      "upload p/different: overwrite: always",
      "upload p/new: new",
      "upload p/same: overwrite: always",
      "delete p/other: not in the source folder",
    ]);
  });

  it('"never" sends only what is not there', async () => {
    const result = await upload({ overwrite: "never" });
    assertDone(result, { uploaded: 1, unchanged: 2, bytes: 3 });
    bench.assertOperations({ ListObjectsV2: 1, PutObject: 1 });
    assert.deepEqual(await bench.contents(), contents({ "p/new": "new", "p/same": "same", "p/different": "before" }));
    assert.deepEqual(bench.reasons(result), ["leave p/different: exists", "upload p/new: new", "leave p/same: exists"]);
    assert.ok(result.log.includes("Found 3 files: 1 new, 2 existing, kept; 3 B to upload"));
    const again = await upload({ overwrite: "never" });
    assert.ok(again.log.includes(`Nothing to do: 3 files exist already in s3://${bench.bucket}/p/`));
  });

  for (const overwrite of ["error", "false", "False"]) {
    it(`"${overwrite}" fails before anything is sent, and names what exists in one error`, async () => {
      const advice = "Choose another targetFolder, or set overwrite to changed, always or never. [target-not-empty]";
      const result = await upload({ overwrite });
      assertFailed(result, [
        `overwrite: 2 objects exist already under s3://${bench.bucket}/p/: different, same. ${advice}`,
      ]);
      bench.assertOperations({ ListObjectsV2: 1 });
      assert.deepEqual(await bench.contents(), contents({ "p/same": "same", "p/different": "before" }));
      assert.equal(bench.planOf(result).problems.length, 1);
      const named = ["leave p/different: exists", "upload p/new: new", "leave p/same: exists"];
      assert.deepEqual(bench.reasons(result), named);
    });
  }

  it('"error" sends everything where nothing exists', async () => {
    assertDone(await bench.upload({ targetFolder: "elsewhere", overwrite: "error" }), { uploaded: 3, bytes: 12 });
  });
});

describe("AwsS3Upload, overwrite, as a user who may do little", () => {
  const bench = uploadBench("embedded");
  const asksTheBucket = ["ListObjectsV2", "HeadBucket", "GetBucketLocation", "HeadObject", "ListMultipartUploads"];
  const mayOnlyPut = (inputs: Record<string, string>) =>
    bench.during({ operation: asksTheBucket }, denied, () => bench.upload(inputs));
  beforeEach(() => {
    bench.source.write({ "a.txt": "a", "large.bin": Buffer.alloc(17 * 1024 ** 2, "large") });
  });

  it('"always" needs s3:PutObject alone, for large files too', async () => {
    assertDone(await mayOnlyPut({ overwrite: "always" }), { uploaded: 2, bytes: 17 * 1024 ** 2 + 1 });
    assert.deepEqual(
      bench.requests.filter(({ status }) => status !== 200).map(({ operation, errorCode }) => [operation, errorCode]),
      [["ListMultipartUploads", "AccessDenied"]],
    );
    assert.deepEqual(await bench.during({ key: "never" }, denied, () => bench.keys()), ["a.txt", "large.bin"]);
  });

  for (const inputs of [
    { overwrite: "changed" },
    { overwrite: "never" },
    { overwrite: "error" },
    { overwrite: "always", deleteExtra: "true" },
  ]) {
    it(`${JSON.stringify(inputs)} says that it may not list, and what would do without`, async () => {
      assertFailed(await mayOnlyPut({ targetFolder: "p", ...inputs }), [
        `Listing s3://${bench.bucket}/p/ failed: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:ListBucket on arn:aws:s3:::${bench.bucket}, in its own policy and in the policy of the bucket. Or set overwrite to always, without deleteExtra: then the step does not list the bucket, and s3:PutObject is enough. [access-denied]`,
      ]);
      bench.assertOperations({ ListObjectsV2: 1 });
    });
  }
});
