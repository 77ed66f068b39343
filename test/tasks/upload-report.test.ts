import assert from "node:assert/strict";
import { amount } from "../amounts.ts";
import { linesBesideProgress } from "./step-result.ts";
import { assertDone, uploadBench } from "./upload-bench.ts";

const EVIL = [
  "##vso[task.complete result=Failed]",
  "<script>alert(1)<",
  "![x](http:example.com)",
  "[link](javascript:x)",
  "| a | b |",
  "`code` *bold* _it_ ~~no~~",
  "line\nbreak\r\n# heading",
  "\u001b[31mred\u001b[0m",
  "\u202etxt.exe",
  "&lt;b&gt;",
];

describe("AwsS3Upload, what it tells", () => {
  const bench = uploadBench();

  it("folds a list of more than 15 files, so that the log fits a screen", async () => {
    const names = Array.from({ length: 16 }, (_, index) => `${String(index).padStart(2, "0")}.txt`);
    bench.source.write(Object.fromEntries(names.map((name) => [name, name])));
    const log = linesBesideProgress(await bench.upload({ concurrency: "1" }));
    const [start, end] = [log.indexOf("##[group]Uploaded files"), log.indexOf("##[endgroup]")];
    assert.deepEqual(
      log.slice(start + 1, end),
      names.map((name) => `  ${name} → ${name} (6 B, new)`),
    );
    assert.ok(log.length - (end - start) < 25, log.join("\n"));
    const { log: dryLog } = await bench.upload({ dryRun: "true", overwrite: "always" });
    assert.ok(dryLog.includes("##[group]Files to upload") && dryLog.includes("##[endgroup]"), dryLog.join("\n"));
  });

  const count = amount(5_000, 500);
  it(`keeps log and summary short for ${count} files, and names all in the plan file`, async function () {
    this.timeout(180_000);
    bench.skipOn(this, ["radosgw", "versitygw"], "so many objects take long there and show nothing more");
    const name = (index: number) => `${index % 50}/${"long name ".repeat(15)}${index}.txt`;
    bench.source.write(Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), `${index}`])));
    const result = await bench.upload();
    assert.deepEqual([result.result, result.outputVariables.filesUploaded?.value], ["Succeeded", String(count)]);
    assert.ok(linesBesideProgress(result).length < 40, result.log.join("\n"));
    const summary = result.attachments[0]?.content ?? "";
    assert.ok(summary.length < 3000, summary);
    // Ten folders by name, all others in one row, and the sum.
    assert.equal(summary.match(/^\| /gm)?.length, 13, summary);
    const { actions } = bench.planOf(result);
    assert.equal(actions.length, count);
    assert.ok(actions.every(({ action, status }) => action === "upload" && status === "done"));
  });

  it("shows evil names as text in log, summary and plan file", async function () {
    if (process.platform === "win32") this.skip();
    bench.skipOn(this, ["versitygw"], "it keeps objects as files, and not all of these names");
    const files = Object.fromEntries(EVIL.map((name) => [name.replaceAll("/", ""), "x"]));
    bench.source.write(files);
    const result = await bench.upload();
    assertDone(result, { uploaded: EVIL.length, bytes: EVIL.length });
    const content = result.attachments[0]?.content ?? "";
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(content, /<script|\]\(|\u001b|\u202e|^#(?!## s3)|^- .*[^\\]`/m);
    assert.equal(content.match(/^- .*new\\\)$/gm)?.length, EVIL.length, content);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(result.log.join("\n"), /[\u001b\r\u202e]/);
    assert.deepEqual(
      bench
        .planOf(result)
        .actions.map(({ path }) => path)
        .sort(),
      Object.keys(files).sort(),
    );
  });

  it("keeps the summary bounded where many long names fail", async function () {
    if (!bench.target.server) return this.skip();
    const long = "<&>".repeat(80);
    const files = Array.from({ length: 90 }, (_, index) => [`${long}/${long}/${long}/${index}`, "x"]);
    bench.source.write({ ...Object.fromEntries(files), "a.txt": "a" });
    const message = "<b>".repeat(5000);
    bench.addFault({
      match: { key: /^</ },
      action: { kind: "status", status: 400, code: "InvalidArgument", message: message.replaceAll("<b>", "No ") },
    });
    const result = await bench.upload();
    assert.equal(result.result, "Failed");
    // Azure DevOps takes more, and nobody reads so much.
    assert.ok((result.attachments[0]?.content.length ?? 0) < 1024 ** 2, `${result.attachments[0]?.content.length}`);
    assert.ok(result.issues.every(({ message }) => message.length < 4000));
  });

  it("sets all outputs, and no other variables", async () => {
    bench.source.write({ "a.txt": "a" });
    const { outputVariables } = await bench.upload({ targetFolder: "/p/" });
    const { planFile, ...others } = Object.fromEntries(
      Object.entries(outputVariables).map(([name, { value }]) => [name, value]),
    );
    assert.deepEqual(others, {
      filesUploaded: "1",
      filesUpdated: "0",
      filesUnchanged: "0",
      filesDeleted: "0",
      bytesUploaded: "1",
      s3Uri: `s3://${bench.bucket}/p/`,
    });
    assert.ok(planFile?.endsWith("plan.json"), planFile);
  });
});
