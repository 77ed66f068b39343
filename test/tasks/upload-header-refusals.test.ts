import assert from "node:assert/strict";
import { assertDone, assertFailed, denied, uploadBench } from "./upload-bench.ts";

describe("AwsS3Upload, where headers cannot be changed", () => {
  const bench = uploadBench("embedded");
  const noCache = { cacheControl: "a.*=no-cache" };
  beforeEach(async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b" });
    await bench.put("a.txt", { Body: "a", CacheControl: "max-age=60" });
  });

  it("sends the file again where its headers may not be read", async () => {
    const result = await bench.during({ operation: "HeadObject" }, denied, () => bench.upload(noCache));
    assertDone(result, { uploaded: 1, updated: 1, bytes: 2 });
    assert.deepEqual(bench.reasons(result), [
      "upload a.txt: its headers cannot be read: AccessDenied on HEAD",
      "upload b.txt: new",
    ]);
    assert.equal((await bench.head("a.txt")).CacheControl, "no-cache");
  });

  it("refuses, rather than lose the ACL, where that may not be read; the other files go on", async () => {
    const result = await bench.during({ operation: "GetObjectAcl" }, denied, () => bench.upload(noCache));
    assertFailed(
      result,
      [
        "a.txt was not updated: the object's ACL cannot be read (Access Denied (403 AccessDenied)), and the copy that changes its headers would lose it. Allow s3:GetObjectAcl, or set filesAcl. [acl-not-readable]",
      ],
      { uploaded: 1, bytes: 1 },
    );
    assert.equal((await bench.head("a.txt")).CacheControl, "max-age=60");
    const [action] = bench.planOf(result).actions;
    assert.deepEqual([action?.action, action?.status], ["update", "failed"]);
    // What the message advises helps.
    const named = { ...noCache, filesAcl: "bucket-owner-full-control" };
    const again = await bench.during({ operation: "GetObjectAcl" }, denied, () => bench.upload(named));
    assertDone(again, { updated: 1, unchanged: 1 });
  });

  it("refuses for an archived object, and says why", async () => {
    await bench.put("a.txt", { Body: "a", StorageClass: "GLACIER" });
    assertFailed(
      await bench.upload(noCache),
      [
        "a.txt was not updated: the object is archived (GLACIER), so its headers cannot be changed: restore it first, or exclude it with a pattern. [object-archived]",
      ],
      { uploaded: 1, bytes: 1 },
    );
  });

  it("sets the tags where they may be set, and not be read", async () => {
    const result = await bench.during({ operation: "GetObjectTagging" }, denied, () => bench.upload({ tags: "a=1" }));
    assertDone(result, { uploaded: 1, updated: 1, bytes: 1 });
    assert.deepEqual(bench.reasons(result), [
      "update a.txt: its tags cannot be read: AccessDenied on GetObjectTagging",
      "upload b.txt: new",
    ]);
    assertDone(await bench.upload({ tags: "a=1" }), { unchanged: 2 });
  });

  it("says which permission is missing where the copy is denied", async () => {
    const result = await bench.during({ operation: "CopyObject" }, denied, () => bench.upload(noCache));
    assertFailed(
      result,
      [
        `a.txt was not updated: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:PutObject on arn:aws:s3:::${bench.bucket}/a.txt, in its own policy and in the policy of the bucket. [access-denied]`,
      ],
      { uploaded: 1, bytes: 1 },
    );
  });

  it("says so where the object has been replaced meanwhile", async () => {
    const slow = { kind: "delay", delayMs: 600 } as const;
    const step = bench.during({ operation: "CopyObject" }, slow, () => bench.upload(noCache));
    while (!bench.server.requests.some(({ operation }) => operation === "CopyObject")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await bench.put("a.txt", { Body: "other" });
    assertFailed(
      await step,
      [
        "a.txt was not updated: At least one of the pre-conditions you specified did not hold (412 PreconditionFailed). Another process changed the object during this step. Run the step again. [object-changed]",
      ],
      { uploaded: 1, bytes: 1 },
    );
    assert.equal((await bench.contents())["a.txt"], "other");
  });
});
