import assert from "node:assert/strict";
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { assertDone, assertFailed, denied, uploadBench } from "./upload-bench.ts";

const refused = { kind: "status", status: 400, code: "InvalidArgument", message: "No" } as const;
const numbered = (count: number, folder = "") =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${folder}${String(index).padStart(4, "0")}.txt`, "x"]),
  );

describe("AwsS3Upload, where files fail", () => {
  const bench = uploadBench("embedded");

  it("completes what failed when the same step runs again", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b", "c.txt": "c" });
    const failed = await bench.during({ key: "b.txt" }, refused, () => bench.upload());
    assertFailed(failed, ["b.txt was not uploaded: No (400 InvalidArgument). [request-refused]"], {
      uploaded: 2,
      bytes: 2,
    });
    assertDone(await bench.upload(), { uploaded: 1, unchanged: 2, bytes: 1 });
    assertDone(await bench.upload(), { unchanged: 3 });
    assert.deepEqual(await bench.contents(), { "a.txt": "a", "b.txt": "b", "c.txt": "c" });
  });

  it("is completed by the agent's own retry, with the outputs of the last try", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b" });
    bench.addFault({ match: { key: "b.txt", operation: "PutObject" }, times: 1, action: refused });
    const result = await bench.upload({}, { retryCountOnTaskFailure: 1 });
    assert.equal(result.result, "Succeeded", result.log.join("\n"));
    const { filesUploaded, filesUnchanged } = result.outputVariables;
    assert.deepEqual([filesUploaded?.value, filesUnchanged?.value], ["1", "1"]);
    assert.deepEqual(await bench.keys(), ["a.txt", "b.txt"]);
  });

  it("shows 50 errors in the log, and all in the plan file", async () => {
    bench.source.write({ ...numbered(60, "bad/"), ...numbered(60, "good/") });
    const result = await bench.during({ key: /^bad/ }, refused, () => bench.upload());
    assert.deepEqual([result.result, result.issues.length], ["Failed", 50]);
    assert.ok(result.log.includes("… and 10 more errors."), result.log.join("\n"));
    const { actions } = bench.planOf(result);
    assert.equal(actions.length, 120);
    for (const { key, action, reason, status, error, sizeBytes } of actions) {
      const expected = key.startsWith("bad/")
        ? { status: "failed", error: "No (400 InvalidArgument). [request-refused]" }
        : { status: "done", error: undefined };
      const shown = { status, error: error?.replace(/, request id [^)]+/, "") };
      assert.deepEqual(
        { action, reason, sizeBytes, ...shown },
        { action: "upload", reason: "new", sizeBytes: 1, ...expected },
      );
    }
  });

  it("stops at a denied bucket, with unchanged files among the others as well", async () => {
    bench.source.write(numbered(600));
    const old = Object.keys(numbered(600)).filter((_, index) => index % 2 === 0);
    for (let start = 0; start < old.length; start += 50) {
      await Promise.all(old.slice(start, start + 50).map((key) => bench.put(key, { Body: "x" })));
    }
    const result = await bench.during({ operation: "PutObject" }, denied, () => bench.upload());
    assertFailed(
      result,
      [
        `Upload to s3://${bench.bucket}/ failed: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:PutObject on arn:aws:s3:::${bench.bucket}/*, in its own policy and in the policy of the bucket. 300 of 300 files are not uploaded. [access-denied]`,
      ],
      { unchanged: bench.planOf(result).actions.filter(({ status }) => status === "done").length },
    );
    assert.ok((bench.operations().PutObject ?? 0) <= 127, `${bench.operations().PutObject} requests`);
  });

  it("stops at once where the credentials expire on the way", async () => {
    bench.source.write(numbered(300));
    const expired = { kind: "status", status: 400, code: "ExpiredToken", message: "The token has expired" } as const;
    bench.addFault({ match: { operation: "PutObject" }, after: 100, action: expired });
    const result = await bench.upload();
    assert.equal(result.result, "Failed");
    const [first, ...others] = result.issues.map(({ message }) => message);
    assert.match(
      first ?? "",
      /^The step stopped, because the rest would have failed in the same way: 200 of 300 files are not uploaded\. \[step-stopped\]$/,
    );
    assert.ok(
      others.length <= 50 && others.every((message) => /ExpiredToken.* \[session-token-expired\]$/.test(message)),
      others.join("\n"),
    );
    // The listing, those that went well, and those under way.
    assert.ok(bench.requests.length <= 1 + 100 + 64, `${bench.requests.length} requests`);
    assert.equal(result.outputVariables.filesUploaded?.value, "100");
  });

  it("tells of files that failed for different reasons, each with its own", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b" });
    bench.addFault({ match: { key: "a.txt" }, action: refused });
    bench.addFault({
      match: { key: "b.txt" },
      action: { ...refused, code: "KeyTooLongError", message: "Long" },
    });
    // One at a time: errors are listed in the order in which they come.
    assertFailed(await bench.upload({ concurrency: "1" }), [
      "a.txt was not uploaded: No (400 InvalidArgument). [request-refused]",
      "b.txt was not uploaded: Long (400 KeyTooLongError). [request-refused]",
    ]);
  });
});

describe("AwsS3Upload, where files change while they are sent", () => {
  const bench = uploadBench("embedded");
  const large = Buffer.alloc(11 * 1024 ** 2, "before");
  const inParts = { partSizeMB: "5", concurrency: "2" };

  /** Runs the step, and does something to a file once its first bytes are under way, as often as that is said. */
  async function uploadWhile(change: () => void, times: number) {
    bench.addFault({ match: { operation: "UploadPart" }, action: { kind: "delay", delayMs: 300 } });
    let changes = 0;
    const watch = setInterval(() => {
      const begun = bench.server.requests.filter(
        ({ operation, query }) => operation === "UploadPart" && query.partNumber === "1",
      );
      if (begun.length <= changes || changes >= times) return;
      changes++;
      change();
    }, 10);
    try {
      return await bench.upload(inParts);
    } finally {
      clearInterval(watch);
    }
  }

  const path = () => join(bench.source.path, "large.bin");
  const unfinished = async () => {
    const { Uploads = [] } = await bench.target
      .client()
      .send(new ListMultipartUploadsCommand({ Bucket: bench.bucket }));
    return Uploads.length;
  };
  beforeEach(() => bench.source.write({ "a.txt": "a", "large.bin": large }));

  for (const [what, change, size] of [
    ["grows", () => appendFileSync(path(), "more"), large.length + 4],
    ["shrinks", () => truncateSync(path(), 7 * 1024 ** 2), 7 * 1024 ** 2],
    ["is written over", () => writeFileSync(path(), Buffer.alloc(large.length, "after")), large.length],
  ] as const) {
    it(`sends a large file again, whole, that ${what} once`, async () => {
      const result = await uploadWhile(change, 1);
      assertDone(result, { uploaded: 2, bytes: size + 1 });
      assert.ok((await bench.bytesOf("large.bin")).equals(readFileSync(path())));
      assert.equal(await unfinished(), 0);
      assertDone(await bench.upload(inParts), { unchanged: 2 });
    });
  }

  it("names a large file that changes each time, and leaves nothing of it", async () => {
    const result = await uploadWhile(() => appendFileSync(path(), "more"), 2);
    const why =
      "it changed twice while it was sent. Run the step when the program that writes it has finished. [file-changed]";
    assertFailed(result, [`large.bin was not uploaded: ${why}`], { uploaded: 1, bytes: 1 });
    assert.deepEqual(await bench.keys(), ["a.txt"]);
    assert.equal(await unfinished(), 0);
  });

  it("names a file that vanishes before it is sent, and uploads the others", async () => {
    bench.addFault({ match: { operation: "PutObject", key: "a.txt" }, action: { kind: "delay", delayMs: 300 } });
    bench.source.write({ "z.txt": "z" });
    const watch = setInterval(() => {
      if (bench.server.requests.some(({ key }) => key === "a.txt"))
        rmSync(join(bench.source.path, "z.txt"), { force: true });
    }, 10);
    const result = await bench.upload({ concurrency: "1", globExpressions: "*.txt" });
    clearInterval(watch);
    const gone = `ENOENT: no such file or directory, open '${join(bench.source.path, "z.txt")}'. Another process deleted or renamed it during this step. Run the step again when that process has ended. [file-not-found]`;
    assertFailed(result, [`z.txt was not uploaded: ${gone}`], { uploaded: 1, bytes: 1 });
  });
});
