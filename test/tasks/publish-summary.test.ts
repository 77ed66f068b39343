import assert from "node:assert/strict";
import { HOSTED, publishBench } from "./publish-bench.ts";
import { summaryOf } from "./summary-text.ts";

describe("AwsS3PublishSite, its summary", () => {
  const bench = publishBench("embedded");
  const ends = () => [`- **S3 URI**: s3://${bench.bucket}/`, `- **Source**: ${bench.source.path}`];

  it("begins with the site's URL and the result, and says how to roll back", async () => {
    bench.source.write({ "index.html": "home", "docs/index.html": "docs", "app.3f2a1b9c0d4e5f6a7b8c.js": "app()" });
    const inputs = { ...HOSTED, keepReleases: "3" };
    const { title, lines } = summaryOf(await bench.publish(inputs, { displayName: "Publish site to S3: shop" }));
    assert.equal(title, "Publish site to S3 - shop.md");
    assert.deepEqual(lines, [
      `### [${bench.siteUrl}](${bench.siteUrl})`,
      "",
      "**Succeeded**. Files: 3 new; 13 B uploaded.",
      "",
      "| folder | new | updated | unchanged | deleted | uploaded size |",
      "|---|---:|---:|---:|---:|---:|",
      "| (top level) | 2 | 0 | 0 | 0 | 9 B |",
      "| docs/ | 1 | 0 | 0 | 0 | 4 B |",
      "| **total** | 3 | 0 | 0 | 0 | 13 B |",
      "",
      "- **Kinds of files**: 2 .html, 1 .js",
      "- **Largest files**: app.3f2a1b9c0d4e5f6a7b8c.js (5 B), docs/index.html (4 B), index.html (4 B)",
      `- **Checks**: 4 URLs of ${bench.siteUrl} checked: all return what was published`,
      "- **Rollback**: this is release 1. No earlier release is kept yet",
      ...ends(),
      "",
      "Changes:",
      "",
      "- app.3f2a1b9c0d4e5f6a7b8c.js → app.3f2a1b9c0d4e5f6a7b8c.js (5 B, new)",
      "- docs/index.html → docs/index.html (4 B, new)",
      "- index.html → index.html (4 B, new)",
      "",
    ]);

    bench.source.write({ "index.html": "house" });
    const second = summaryOf(await bench.publish(inputs)).lines;
    assert.deepEqual(
      second.filter((line) => line.startsWith("- **Rollback")),
      [
        "- **Rollback**: this is release 2. To restore another one, run this task with action: rollback and rollbackTo: 1",
      ],
    );

    const third = summaryOf(await bench.publish({ action: "rollback" })).lines;
    assert.deepEqual(third, [
      `### [${bench.siteUrl}](${bench.siteUrl})`,
      "",
      "**Succeeded**. Files: 1 updated, 2 unchanged; 4 B restored.",
      "",
      "| folder | new | updated | unchanged | deleted | restored size |",
      "|---|---:|---:|---:|---:|---:|",
      "| (top level) | 0 | 1 | 1 | 0 | 4 B |",
      "| 1 other folder | 0 | 0 | 1 | 0 | 0 B |",
      "| **total** | 0 | 1 | 2 | 0 | 4 B |",
      "",
      `- **Checks**: 2 URLs of ${bench.siteUrl} checked: all return what was published`,
      "- **Rollback**: this is release 3, with the content of release 1. Revert the change in the branch too, or the next publish brings it back. To restore another one, run this task with action: rollback and rollbackTo: 2",
      `- **S3 URI**: s3://${bench.bucket}/`,
      "",
      "Changes:",
      "",
      "- index.html (4 B, content differs)",
      "",
    ]);
  });

  it("says what a dry run would change beside files", async () => {
    bench.source.write({ "index.html": "home" });
    assert.deepEqual(summaryOf(await bench.publish({ ...HOSTED, dryRun: "true" })).lines, [
      `### [${bench.siteUrl}](${bench.siteUrl})`,
      "",
      "**Dry run**: nothing was changed. A real run would have this result. Files: 1 new; 4 B to transfer.",
      "",
      "| folder | new | updated | unchanged | deleted | size to transfer |",
      "|---|---:|---:|---:|---:|---:|",
      "| (top level) | 1 | 0 | 0 | 0 | 4 B |",
      "",
      `- **A real run would**: turn off BlockPublicPolicy and RestrictPublicBuckets of the bucket "${bench.bucket}"`,
      `- **A real run would**: allow everyone s3:GetObject on s3://${bench.bucket}/* in the bucket's policy`,
      `- **A real run would**: set the website configuration of the bucket ${bench.bucket}`,
      ...ends(),
      "",
      "Changes:",
      "",
      "- index.html → index.html (4 B, new)",
      "",
    ]);
  });
});
