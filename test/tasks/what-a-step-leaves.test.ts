import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StepResult } from "../../local/agent/agent.ts";
import { FILE_FOR_THREADS_BYTES, HeldDigests } from "./held-digests.ts";
import { uploadBench } from "./upload-bench.ts";

/** Lets the disk of plan files and summaries be full. */
const FULL_DISK = `
  const fs = require("node:fs");
  const full = (call) => { throw Object.assign(new Error("ENOSPC: no space left on device, " + call), { code: "ENOSPC" }); };
  const { writeFileSync } = fs;
  // A number is the descriptor of a plan file.
  const isOfJob = (file) => typeof file === "number" || String(file).endsWith(".md");
  fs.writeFileSync = (file, ...more) => isOfJob(file) ? full("write") : writeFileSync(file, ...more);
`;

describe("What a step leaves", () => {
  const bench = uploadBench("embedded");
  const outputs = ({ outputVariables }: StepResult) =>
    Object.fromEntries(Object.entries(outputVariables).map(([name, { value }]) => [name, value]));

  it("are its outputs and its log, if the temporary folder is full, which an error names", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "bb" });
    const preload = join(bench.workFolder, "full-disk.cjs");
    writeFileSync(preload, FULL_DISK);
    const result = await bench.upload({}, { env: { NODE_OPTIONS: `--require ${preload}` } });
    assert.equal(result.result, "Failed");
    const folder = join(bench.workFolder, "_temp");
    assert.deepEqual(
      result.issues.map(({ message }) => message),
      [
        `The plan file or the summary could not be written. The agent's temporary folder ${folder} cannot be written to: ENOSPC: no space left on device, write. Free space on its disk, or give the agent a larger one, and run the step again. What the step did is in its log and its output variables. [disk-full]`,
      ],
    );
    assert.deepEqual(outputs(result), {
      bytesUploaded: "3",
      filesDeleted: "0",
      filesUnchanged: "0",
      filesUpdated: "0",
      filesUploaded: "2",
      s3Uri: `s3://${bench.bucket}/`,
    });
    assert.ok(
      result.log.some((line) => line.startsWith("Uploaded 2 files, 3 B")),
      result.log.join("\n"),
    );
    assert.deepEqual(await bench.keys(), ["a.txt", "b.txt"]);
  });

  it("is an error that names the temporary folder, if not even the library finds room there", async () => {
    const preload = join(bench.workFolder, "full-disk.cjs");
    writeFileSync(preload, FULL_DISK.replace('".md"', '".taskkey"'));
    const { result, exitCode, issues } = await bench.upload({}, { env: { NODE_OPTIONS: `--require ${preload}` } });
    assert.deepEqual([result, exitCode], ["Failed", 0]);
    assert.deepEqual(
      issues.map(({ message }) => message),
      [
        `The agent's temporary folder ${join(bench.workFolder, "_temp")} cannot be written to: ENOSPC: no space left on device, write. Free space on its disk, or give the agent a larger one, and run the step again. Nothing was done. [disk-full]`,
      ],
    );
  });

  it("are no passwords of the network, not even in what the library writes before the task", async () => {
    bench.source.write({ "a.txt": "a" });
    const secrets = { password: "proxy-secret", inUrl: "url-secret", certificate: "certificate-secret" };
    const url = `http://me:${secrets.inUrl}@proxy.example.com:3128`;
    const { rawOutput } = await bench.upload(
      {},
      {
        variables: { "System.Debug": "true" },
        proxy: { url, username: "me", password: secrets.password, bypass: ["127\\.0\\.0\\.1"] },
        certificates: { client: { certificate: "c", key: "k", archive: "a", password: secrets.certificate } },
      },
    );
    const lines = rawOutput.split("\n").filter((line) => !line.startsWith("##vso[task.setsecret]"));
    assert.ok(
      lines.some((line) => line.includes("Agent.ProxyUrl=http://proxy.example.com:3128")),
      rawOutput,
    );
    for (const secret of Object.values(secrets)) {
      assert.ok(rawOutput.includes(`##vso[task.setsecret]${secret}\n`), secret);
      assert.deepEqual(
        lines.filter((line) => line.includes(secret)),
        [],
      );
    }
  });

  it("are outputs and a summary, if it was cancelled before there was a plan", async () => {
    bench.source.write({ "a.txt": "a" });
    const cancel = new AbortController();
    const hung = bench.addFault({ match: { operation: "ListObjectsV2" }, action: { kind: "hang" } });
    const watch = setInterval(() => hung.hits > 0 && cancel.abort(), 10);
    const result = await bench.upload({}, { cancel: cancel.signal });
    clearInterval(watch);
    assertLeftUnplanned(result);
  });

  it("are outputs and a summary, if it was cancelled while it read a large file to compare it", async () => {
    const large = Buffer.alloc(FILE_FOR_THREADS_BYTES);
    bench.source.write({ "large.bin": large });
    await bench.put("large.bin", { Body: large });
    const held = new HeldDigests(bench.workFolder);
    assertLeftUnplanned(await bench.upload({}, held.step));
    assert.ok(held.haveBegun);
  });

  it("are outputs and a summary, if it was cancelled while it read a file for an archive", async () => {
    bench.source.write({ "large.bin": Buffer.alloc(FILE_FOR_THREADS_BYTES) });
    const held = new HeldDigests(bench.workFolder);
    const result = await bench.upload({ archive: "zip", archiveName: "a.zip" }, held.step);
    assertLeftUnplanned(result, { archiveSha256: "", s3Uri: "", versionId: "" });
    assert.ok(held.haveBegun);
  });

  function assertLeftUnplanned(result: StepResult, moreOutputs: Record<string, string> = {}): void {
    assert.deepEqual([result.result, result.exitCode], ["Canceled", 0]);
    const message =
      "The step was cancelled while it compared files and objects. No file and no object was changed, and there is no plan file, because nothing was planned yet. Run the step again. [cancelled]";
    assert.deepEqual(
      result.issues.map((issue) => issue.message).filter((each) => each.includes("[")),
      [message],
    );
    assert.deepEqual(outputs(result), {
      bytesUploaded: "0",
      filesDeleted: "0",
      filesUnchanged: "0",
      filesUpdated: "0",
      filesUploaded: "0",
      s3Uri: `s3://${bench.bucket}/`,
      ...moreOutputs,
    });
    assert.deepEqual(
      result.attachments.map(({ name, content }) => [name, content.replaceAll("\\", "")]),
      [["AwsS3Upload.md", `### s3&#58;//${bench.bucket}/\n\n**Failed** with 1 error.\n\n- ${message}\n`]],
    );
  }
});
