import assert from "node:assert/strict";
import { downloadBench } from "./download-bench.ts";
import { summaryOf } from "./summary-text.ts";
import { uploadBench } from "./upload-bench.ts";

describe("AwsS3Upload, its summary", () => {
  const bench = uploadBench("embedded");

  it("begins with the S3 URI and the result, and says what changed by folder", async () => {
    await bench.put("p/css/a.css", { Body: "before" });
    await bench.put("p/old/gone.txt", { Body: "gone" });
    bench.source.write({
      "css/a.css": "after",
      "css/b.css": "b",
      "js/app.js": "run()",
      "index.html": "home",
      "same.txt": "same",
    });
    await bench.put("p/same.txt", { Body: "same" });
    const inputs = { targetFolder: "p", deleteExtra: "true", maxDelete: "100%", globExpressions: "**\nmissing/**" };
    const result = await bench.upload(inputs, { displayName: "Upload the site: production" });
    const { title, lines } = summaryOf(result);
    assert.equal(title, "Upload the site - production.md");
    assert.deepEqual(lines, [
      `### s3://${bench.bucket}/p/`,
      "",
      "**Succeeded**. Files: 3 new, 1 updated, 1 unchanged, 1 deleted; 15 B uploaded.",
      "",
      "| folder | new | updated | unchanged | deleted | uploaded size |",
      "|---|---:|---:|---:|---:|---:|",
      "| css/ | 1 | 1 | 0 | 0 | 6 B |",
      "| (top level) | 1 | 0 | 1 | 0 | 4 B |",
      "| js/ | 1 | 0 | 0 | 0 | 5 B |",
      "| old/ | 0 | 0 | 0 | 1 | 0 B |",
      "| **total** | 3 | 1 | 1 | 1 | 15 B |",
      "",
      "- **Kinds of files**: 2 .css, 1 .html, 1 .js",
      "- **Largest files**: css/a.css (5 B), js/app.js (5 B), index.html (4 B), css/b.css (1 B)",
      "- **Warnings**: 1",
      '  - globExpressions: line 2, "missing/**", matches no file. Check the spelling, also upper and lower case. [pattern-without-match]',
      `- **S3 URI**: s3://${bench.bucket}/p/`,
      `- **Source**: ${bench.source.path}`,
      "",
      "Changes:",
      "",
      "- css/a.css → p/css/a.css (5 B, size differs)",
      "- css/b.css → p/css/b.css (1 B, new)",
      "- index.html → p/index.html (4 B, new)",
      "- js/app.js → p/js/app.js (5 B, new)",
      "- delete p/old/gone.txt (not in the source folder)",
      "",
    ]);
  });

  it("says so if there is nothing to do, and what a dry run would do", async () => {
    await bench.put("a.txt", { Body: "a" });
    bench.source.write({ "a.txt": "a" });
    const ends = ["", `- **S3 URI**: s3://${bench.bucket}/`, `- **Source**: ${bench.source.path}`, ""];
    assert.deepEqual(summaryOf(await bench.upload()).lines, [
      `### s3://${bench.bucket}/`,
      "",
      "**Succeeded**: nothing to do. Files: 1 unchanged.",
      ...ends,
    ]);
    bench.source.write({ "b.txt": "bb" });
    assert.deepEqual(summaryOf(await bench.upload({ dryRun: "true" })).lines, [
      `### s3://${bench.bucket}/`,
      "",
      "**Dry run**: nothing was changed. A real run would have this result. Files: 1 new, 1 unchanged; 2 B to transfer.",
      "",
      "| folder | new | updated | unchanged | deleted | size to transfer |",
      "|---|---:|---:|---:|---:|---:|",
      "| (top level) | 1 | 0 | 1 | 0 | 2 B |",
      ...ends,
      "Changes:",
      "",
      "- b.txt → b.txt (2 B, new)",
      "",
    ]);
  });

  it("counts what was done if a part failed, and lists the errors first", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b" });
    bench.addFault({ match: { key: "b.txt" }, action: { kind: "status", status: 400, code: "InvalidArgument" } });
    const result = await bench.upload();
    const [error = ""] = result.issues.map(({ message }) => message);
    assert.match(error, /^b\.txt was not uploaded: .* \[[a-z-]+\]$/);
    assert.ok(result.log.some((line) => line.startsWith("Uploaded 1 of 2 files, 1 B, to s3://")));
    assert.deepEqual(summaryOf(result).lines, [
      `### s3://${bench.bucket}/`,
      "",
      "**Failed** with 1 error. Files: 1 new; 1 B uploaded.",
      "",
      `- ${error}`,
      "",
      "| folder | new | updated | unchanged | deleted | uploaded size |",
      "|---|---:|---:|---:|---:|---:|",
      "| (top level) | 1 | 0 | 0 | 0 | 1 B |",
      "",
      `- **S3 URI**: s3://${bench.bucket}/`,
      `- **Source**: ${bench.source.path}`,
      "",
      "Changes:",
      "",
      "- a.txt → a.txt (1 B, new)",
      "",
    ]);
  });
});

describe("AwsS3Download, its summary", () => {
  const bench = downloadBench();

  it("begins with the S3 URI, and has names from outside as text", async () => {
    await bench.put({ "in/a_<b>.txt": "a", "in/b.txt": "b" });
    const result = await bench.download({ sourceFolder: "in" });
    const { title, lines } = summaryOf(result);
    assert.equal(title, "AwsS3Download.md");
    assert.deepEqual(lines, [
      `### s3://${bench.bucket}/in`,
      "",
      "**Succeeded**. Files: 2 new; 2 B downloaded.",
      "",
      "| folder | new | updated | unchanged | deleted | downloaded size |",
      "|---|---:|---:|---:|---:|---:|",
      "| (top level) | 2 | 0 | 0 | 0 | 2 B |",
      "",
      "- **Kinds of files**: 2 .txt",
      "- **Largest files**: a_<b>.txt (1 B), b.txt (1 B)",
      `- **Target folder**: ${bench.landing.path}`,
      "",
      "Changes:",
      "",
      "- in/a_<b>.txt → a_<b>.txt (1 B, new)",
      "- in/b.txt → b.txt (1 B, new)",
      "",
    ]);
    const [{ content = "" } = {}] = result.attachments;
    assert.ok(!content.includes("<b>"), content);
  });
});
