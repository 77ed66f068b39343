import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { StepResult } from "../../local/agent/agent.ts";
import { ownerAccountId } from "../../local/s3/server.ts";
import { assertDownloaded, downloadBench } from "./download-bench.ts";
import { countsOf } from "./download-step.ts";
import { connectionTo } from "./store-step.ts";
import { MIB, patternedBytes } from "./stored-objects.ts";

describe("AwsS3Download tells", () => {
  const bench = downloadBench();

  it("in a dry run what it would do, and does nothing", async () => {
    await bench.put({ "in/edited.txt": "after", "in/new.txt": "new", "in/same.txt": "same", "in/folder/": "" });
    bench.landing.write({ "edited.txt": "befor", "same.txt": "same", "extra.txt": "extra" });
    const inputs = { sourceFolder: "in", dryRun: "true", deleteExtra: "true" };
    const result = await bench.download(inputs);
    assertDownloaded(result, { new: 1, updated: 1, unchanged: 1, deleted: 1, bytes: 8 });
    assert.deepEqual(bench.landing.read(), { "edited.txt": "befor", "extra.txt": "extra", "same.txt": "same" });
    assert.ok(!bench.asked()?.some((asked) => asked.startsWith("GetObject")), bench.asked()?.join("\n"));
    assert.deepEqual(result.log.slice(8, -1), [
      `Downloading s3://${bench.bucket}/in at ${new URL(bench.target.url).host} to ${bench.landing.path}`,
      "Found 3 files: 1 new, 1 to update, 1 unchanged, 1 to delete; 8 B to download",
      "  in/folder/ → folder/",
      "  in/edited.txt → edited.txt (5 B, content differs)",
      "  in/new.txt → new.txt (3 B, new)",
      "  delete extra.txt (not in the bucket)",
      "Dry run: nothing was changed. A real run would have this result:",
      "  new        1",
      "  updated    1",
      "  unchanged  1",
      "  deleted    1",
    ]);
    const { actions, ...head } = bench.planOf(result);
    assert.deepEqual(head, {
      bucket: bench.bucket,
      prefix: "in/",
      folder: bench.landing.path,
      dryRun: true,
      problems: [],
    });
    assert.deepEqual(
      actions.map(({ action, path, status }) => `${action} ${path} ${status}`),
      [
        "makeFolder folder planned",
        "download edited.txt planned",
        "download new.txt planned",
        "leave same.txt planned",
        "delete extra.txt planned",
      ],
    );
    const done = await bench.download({ ...inputs, dryRun: "false" });
    assert.deepEqual(countsOf(done), countsOf(result));
    assert.deepEqual(bench.landing.read(), {
      "edited.txt": "after",
      "folder/": "",
      "new.txt": "new",
      "same.txt": "same",
    });
  });

  it("does not make the target in a dry run, nor anything above it", async () => {
    await bench.put({ "a.txt": "a" });
    assertDownloaded(await bench.download({ dryRun: "true", targetFolder: join(bench.landing.path, "deep/er") }), {
      new: 1,
      bytes: 1,
    });
    assert.deepEqual(bench.landing.readOutside(), {});
  });

  const found: readonly [ifNoFilesFound: string, result: string, type: string | undefined][] = [
    ["", "Failed", "error"],
    ["error", "Failed", "error"],
    ["warn", "Succeeded", "warning"],
    ["ignore", "Succeeded", undefined],
  ];
  for (const [ifNoFilesFound, ended, type] of found) {
    it(`where nothing matches with ifNoFilesFound "${ifNoFilesFound}": ${type ?? "nothing"}`, async () => {
      await bench.put({ "in/a.txt": "a", "other/b.js": "b" });
      const result = await bench.download({ sourceFolder: "in", globExpressions: "**/*.js", ifNoFilesFound });
      const message = `sourceFolder: no object under s3://${bench.bucket}/in/ matches the patterns (globExpressions). Check sourceFolder, the patterns and bucketName, also upper and lower case. [no-files-found]`;
      assert.deepEqual([result.result, result.issues], [ended, type ? [{ type, message }] : []]);
    });
  }

  it("each of several jobs its own share, which make the whole together", async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `in/${index}.txt`);
    await bench.put(Object.fromEntries(keys.map((key) => [key, key])));
    for (const total of [2, 4]) {
      const landed: string[] = [];
      for (let position = 1; position <= total; position++) {
        const variables = { "System.TotalJobsInPhase": `${total}`, "System.JobPositionInPhase": `${position}` };
        const targetFolder = join(bench.landing.path, `${total}`, `${position}`);
        const result = await bench.download({ sourceFolder: "in", shard: "true", targetFolder }, { variables });
        assert.equal(result.result, "Succeeded", result.log.join("\n"));
        const prefix = `${total}/${position}/`;
        const share = Object.keys(bench.landing.read()).filter((path) => path.startsWith(prefix));
        assert.ok(share.length > 40 / total / 3, `${share.length} files`);
        landed.push(...share.map((path) => `in/${path.slice(prefix.length)}`));
      }
      assert.deepEqual(landed.sort(), [...keys].sort());
    }
  });
});

describe("AwsS3Download says", () => {
  const bench = downloadBench("embedded");

  it("every two seconds how far it is, if that has changed", async () => {
    await bench.put({ "a.txt": "aaa", "late.txt": "b" });
    bench.fault({ key: "late.txt" }, { kind: "delay", delayMs: 4_500 }, { times: 1 });
    const result = await bench.download();
    assertDownloaded(result, { new: 2, bytes: 4 });
    const lines = result.log.filter((line) => line.includes(" %: "));
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^75 %: 1 of 2 files, 3 B of 4 B, \d+ B\/s, [\d.]+ s left$/);
    assert.deepEqual(result.progress[0], { percent: 75, text: "1 of 2 files" });
  });

  it("names and messages from outside as text, never as commands", async function () {
    if (process.platform === "win32") this.skip();
    const evil = "##vso[task.setvariable variable=filesDownloaded]999\n##vso[task.complete result=Succeeded]";
    await bench.put({ [evil]: "x", "b.txt": "b", "##[error]c.txt": "c" });
    bench.fault({ key: evil }, { kind: "status", status: 400, code: "Evil", message: evil });
    const result = await bench.download();
    assert.deepEqual([result.result, result.issues.length, countsOf(result).filesDownloaded], ["Failed", 1, 2]);
    assert.ok(
      result.log.some((line) => line.startsWith("  ## [error]c.txt →")),
      result.log.join("\n"),
    );
  });

  it("no secret, not even in debug", async () => {
    const key = randomBytes(32);
    const ssec = { SSECustomerAlgorithm: "AES256", SSECustomerKey: key.toString("base64") };
    await bench.put({ "a.txt": { ...ssec, Body: "a" } });
    const result: StepResult = await bench.download(
      { keyManagement: "customerManaged", customerKey: key.toString("hex") },
      { variables: { "System.Debug": "true" }, connections: [connectionTo(bench.target)] },
    );
    assertDownloaded(result, { new: 1, bytes: 1 });
    const { secretAccessKey, accessKeyId } = bench.target;
    const written = result.rawOutput.replaceAll(/##vso\[task\.setsecret\][^\n]*/g, "");
    for (const form of [
      secretAccessKey,
      key.toString("hex"),
      key.toString("base64"),
      key.toString("hex").toUpperCase(),
    ]) {
      assert.ok(!written.includes(form) && !result.log.join("\n").includes(form), "a secret in the log");
    }
    assert.ok(!result.log.join("\n").includes(accessKeyId), "access key id");
    assert.doesNotMatch(written, /Signature=|[0-9a-f]{64}/, "signatures");
  });

  it("with every request who owns the bucket and who pays", async () => {
    await bench.put({ "a.txt": "a", "b.txt": "new", "large.bin": patternedBytes(17 * MIB) });
    bench.landing.write({ "b.txt": "old" });
    const result = await bench.download({ expectedBucketOwner: ownerAccountId, requesterPays: "true" });
    assertDownloaded(result, { new: 2, updated: 1, bytes: 17 * MIB + 4 });
    const operations = new Set(bench.requests.map(({ operation }) => operation));
    assert.deepEqual([...operations].sort(), ["GetObject", "HeadObject", "ListObjectsV2"]);
    for (const { operation, headers } of bench.requests) {
      assert.equal(headers["x-amz-expected-bucket-owner"], ownerAccountId, operation);
      assert.equal(headers["x-amz-request-payer"], "requester", operation);
    }
  });
});
