import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { assertDownloaded, assertFailedWith, downloadBench } from "./download-bench.ts";
import { countsOf } from "./download-step.ts";
import { errorsOf } from "./step-result.ts";
import { MIB, patternedBytes } from "./stored-objects.ts";

const refused = { kind: "status", status: 403, code: "AccessDenied", message: "Access Denied" } as const;

describe("AwsS3Download, where objects cannot be had,", () => {
  const bench = downloadBench("embedded");

  it("names an archived one with what to do, and brings the others", async () => {
    await bench.put({ "a.txt": "a", "old.txt": { Body: "old", StorageClass: "GLACIER" } });
    await bench.put({ "old.bin": { Body: patternedBytes(17 * MIB), StorageClass: "DEEP_ARCHIVE" } });
    const result = await bench.download();
    const advice =
      "The object is archived. Restore it and run the step again, or exclude it with a pattern in globExpressions. [object-archived]";
    assertFailedWith(
      { ...result, issues: [...result.issues].sort((a, b) => (a.message < b.message ? -1 : 1)) },
      ["old.bin", "old.txt"].map(
        (name) =>
          `${name} was not downloaded: The operation is not valid for the object's storage class (403 InvalidObjectState). ${advice}`,
      ),
      { new: 1, bytes: 1 },
    );
    assert.deepEqual(bench.landing.read(), { "a.txt": "a" });
  });

  it("says that it may not list, rather than find nothing", async () => {
    await bench.put({ "a.txt": "a" });
    bench.fault({ operation: "ListObjectsV2" }, refused);
    for (const ifNoFilesFound of ["error", "ignore"]) {
      assertFailedWith(await bench.download({ sourceFolder: "in", ifNoFilesFound }), [
        `Listing s3://${bench.bucket}/in/ failed: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:ListBucket on arn:aws:s3:::${bench.bucket}, in its own policy and in the policy of the bucket. [access-denied]`,
      ]);
    }
    assert.deepEqual(bench.landing.readOutside(), {});
  });

  it("brings the others where one is denied, and the plan file names it too", async () => {
    await bench.put({ "a.txt": "a", "secret/b.txt": "b", "z.txt": "z" });
    bench.fault({ key: /^secret/ }, refused);
    const why = `Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:GetObject on arn:aws:s3:::${bench.bucket}/secret/b.txt, in its own policy and in the policy of the bucket. Without s3:ListBucket, S3 gives the same answer for an object that does not exist. [access-denied]`;
    const result = await bench.download();
    assertFailedWith(result, [`secret/b.txt was not downloaded: ${why}`], { new: 2, bytes: 2 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "a", "secret/": "", "z.txt": "z" });
    const errors = bench.planOf(result).actions.flatMap(({ error }) => error ?? []);
    assert.deepEqual(
      errors.map((error) => error.replace(/, request id [^)]+/, "")),
      [why],
    );
  });

  it("stops at once where all are denied, with one error", async () => {
    await bench.put(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}.txt`, "x"])));
    bench.fault({ operation: "GetObject" }, refused);
    const result = await bench.download();
    assertFailedWith(result, [
      `Download to ${bench.landing.path} failed: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:GetObject on arn:aws:s3:::${bench.bucket}/*, in its own policy and in the policy of the bucket. Without s3:ListBucket, S3 gives the same answer for an object that does not exist. 300 of 300 files are not downloaded. [access-denied]`,
    ]);
    assert.ok(bench.requests.length < 200, `${bench.requests.length} requests`);
  });

  it("names the first 50 of many that failed, and counts the rest", async () => {
    const bad = Array.from({ length: 60 }, (_, index) => [`${index}-bad.txt`, "x"] as const);
    await bench.put({ ...Object.fromEntries(bad), "good.txt": "x" });
    bench.fault({ key: /bad/ }, { kind: "status", status: 400, code: "InvalidArgument", message: "No" });
    const result = await bench.download({ concurrency: "1" });
    assert.deepEqual([result.result, result.issues.length, countsOf(result).filesDownloaded], ["Failed", 50, 1]);
    assert.ok(result.log.includes("… and 10 more errors."), result.log.join("\n"));
    assert.equal(bench.planOf(result).actions.filter(({ error }) => error).length, 60);
  });

  it("tries again where the failure passes, and a retry of the task fetches only what is missing", async function () {
    this.timeout(30_000);
    await bench.put({ "a.txt": "a", "b.txt": "b", "c.txt": "c" });
    bench.fault({ key: "a.txt" }, { kind: "status", status: 503, code: "SlowDown" }, { times: 2 });
    bench.fault({ key: "b.txt" }, { kind: "reset" }, { times: 1 });
    bench.fault({ key: "c.txt" }, refused, { times: 1 });
    const result = await bench.download({}, { retryCountOnTaskFailure: 1 });
    assert.deepEqual(
      [result.result, bench.landing.read()],
      ["Succeeded", { "a.txt": "a", "b.txt": "b", "c.txt": "c" }],
    );
    assert.deepEqual(countsOf(result), {
      filesDownloaded: 1,
      filesUpdated: 0,
      filesUnchanged: 2,
      filesDeleted: 0,
      bytesDownloaded: 1,
    });
  });

  const customerKey = randomBytes(32);
  const ssec = { SSECustomerAlgorithm: "AES256", SSECustomerKey: customerKey.toString("base64") };
  it("needs the right customer's key, and brings what has none where it has none", async () => {
    await bench.put({
      "small.bin": { ...ssec, Body: "secret" },
      "large.bin": { ...ssec, Body: patternedBytes(17 * MIB) },
    });
    const download = (key: Buffer) =>
      bench.download({ keyManagement: "customerManaged", customerKey: key.toString("hex") });
    const without = await bench.download();
    const withWrong = await download(randomBytes(32));
    assert.deepEqual([without.result, withWrong.result], ["Failed", "Failed"]);
    assert.match(
      errorsOf(without).join("\n"),
      /If the object is encrypted with a customer-provided key \(SSE-C\), enter that key in customerKey\..* \[request-invalid\]$/m,
    );
    assert.match(errorsOf(withWrong).join("\n"), /403 AccessDenied.* \[access-denied\]$/m);
    assert.deepEqual(bench.landing.read(), {});
    assertDownloaded(await download(customerKey), { new: 2, bytes: 17 * MIB + 6 });
  });
});
