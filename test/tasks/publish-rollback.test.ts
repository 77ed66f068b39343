import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { HOSTED, MANIFEST, publishBench } from "./publish-bench.ts";
import { assertSucceeded, outputsOf } from "./step-result.ts";

const KEEP = { keepReleases: "5" };
/** Large enough to be compressed. */
const TEXT = "p { color: teal }\n".repeat(200);

/** The folder of the releases, relative to the bucket, without the part that nobody can guess. */
function isOfReleases(key: string): boolean {
  return key.startsWith(".s3-site/");
}

describe("AwsS3PublishSite, rolling back,", function () {
  this.timeout(120_000);
  const bench = publishBench();

  function build(files: Readonly<Record<string, string>>): void {
    rmSync(bench.source.path, { recursive: true });
    bench.source.write(files);
  }

  const good = { "index.html": "good", "old.html": "old", "style.css": TEXT };
  const bad = { "index.html": "bad", "new.html": "new", "style.css": `${TEXT}p { display: none }` };
  const variables = (number: string, commit: string) => ({
    "Build.BuildId": "70",
    "Build.BuildNumber": number,
    "Build.SourceVersion": commit,
  });

  it("brings the release before the live one back, with its headers, redirects and website, checks it, and says so", async () => {
    const hasRedirects = bench.target.name !== "versitygw";
    build({ ...good, ...(hasRedirects ? { _redirects: "/go /old.html 301\n" } : {}), "404.html": "not here" });
    const inputs = { ...HOSTED, ...KEEP, compress: "gzip", cleanUrls: "true" };
    assertSucceeded(
      await bench.publish(
        { ...inputs, headers: "**/*.css\n  Cache-Control: max-age=60" },
        { variables: variables("20260102.1", "1a2b3c4d5e6f") },
      ),
    );
    build({ ...bad, "missing.html": "nothing" });
    assertSucceeded(
      await bench.publish(
        {
          ...inputs,
          maxDelete: "100%",
          errorDocument: "missing.html",
          headers: "**/*.css\n  Cache-Control: max-age=90",
        },
        { variables: variables("20260102.2", "6f5e4d3c2b1a") },
      ),
    );

    // What a publish takes has no effect, not even if it is wrong.
    const result = await bench.publish({
      action: "rollback",
      sourceFolder: "/nowhere",
      maxDelete: "none",
      keepReleases: "many",
    });
    assertSucceeded(result);
    const { releaseNumber, rolledBackTo, releasesFile = "", filesUpdated, siteUrl } = outputsOf(result);
    assert.deepEqual([releaseNumber, rolledBackTo, filesUpdated, siteUrl], ["3", "1", "2", bench.siteUrl]);
    const { releases } = JSON.parse(readFileSync(releasesFile, "utf8"));
    assert.deepEqual(
      releases.map(({ number, isLive, buildNumber, commit, rolledBackTo: back, files }: Record<string, unknown>) => [
        number,
        isLive,
        buildNumber,
        commit,
        back,
        files,
      ]),
      [
        [3, true, "20260102.1", "1a2b3c4d5e6f", 1, 6],
        [2, false, "20260102.2", "6f5e4d3c2b1a", undefined, 6],
      ],
    );
    // Where nothing is, radosgw does not tell whether anything is.
    const missing = bench.target.name === "radosgw" ? "403 not here" : "404 not here";
    assert.deepEqual(await bench.pages("/", "/old.html", "/old", "/new.html", "/nothing"), {
      "/": "200 good",
      "/old.html": "200 old",
      "/old": "200 old",
      "/new.html": missing,
      "/nothing": missing,
    });
    if (hasRedirects) assert.deepEqual(await bench.pages("/go"), { "/go": "301 to /old.html" });
    const style = await bench.visit("/style.css");
    assert.deepEqual(
      [style.body, style.headers.get("cache-control"), style.headers.get("content-encoding")],
      [TEXT, "max-age=60", "gzip"],
    );
    const log = result.log.join("\n");
    assert.match(log, /This is release 3, with the content of release 1\. These can be restored: 2\./);
    assert.match(log, /The next publish uploads the content of its branch\. Revert the change in the branch too/);
    assert.match(log, /Checked \d+ URLs of /);
  });

  it("shows in a dry run what it would do and which releases there are, and changes nothing", async () => {
    const inputs = { ...KEEP, verify: "false" };
    build(good);
    await bench.publish(inputs);
    build(bad);
    await bench.publish(inputs);
    const before = await bench.contents();
    const result = await bench.publish({ action: "rollback", dryRun: "true", verify: "false" });
    assertSucceeded(result);
    const { releaseNumber, filesDeleted, releasesFile = "" } = outputsOf(result);
    const { releases } = JSON.parse(readFileSync(releasesFile, "utf8"));
    assert.deepEqual(
      releases.map(({ number, isLive, files }: Record<string, unknown>) => [number, isLive, files]),
      [
        [2, true, 3],
        [1, false, 3],
      ],
    );
    assert.deepEqual([releaseNumber, filesDeleted], ["", "1"]);
    assert.deepEqual(await bench.contents(), before);
  });

  it("sets storage class and tags again", async function () {
    // It has no storage classes; and no tags on copies, nor other classes.
    if (bench.target.name !== "embedded") this.skip();
    const inputs = { ...KEEP, verify: "false", storageClass: "STANDARD_IA", tags: "team=web" };
    build(good);
    await bench.publish(inputs);
    build(bad);
    await bench.publish(inputs);
    assertSucceeded(await bench.publish({ action: "rollback", verify: "false", tags: "team=web" }));
    const { StorageClass, TagCount } = await bench.head("style.css");
    assert.deepEqual([StorageClass, TagCount], ["STANDARD_IA", 1]);
  });

  it("tells all that can come back if there is no such release", async () => {
    build(good);
    await bench.publish({ ...KEEP, verify: "false" });
    const { result, issues } = await bench.publish({ action: "rollback", rollbackTo: "20260102.9" });
    assert.equal(result, "Failed");
    assert.match(
      issues.map(({ message }) => message).join("\n"),
      /^rollbackTo: "20260102\.9" matches no kept release\. These can be restored: 1 \(.*\)\. \[release-not-found\]$/,
    );
  });

  it("leaves the folder of the releases to nobody else: neither deleteExtra nor a download has to do with it", async () => {
    build(good);
    await bench.publish({ ...KEEP, verify: "false" });
    build(bad);
    await bench.publish({ ...KEEP, verify: "false" });
    const kept = (await bench.keys()).filter(isOfReleases);
    assert.ok(kept.length > 2);

    const upload = {
      bucketName: bench.bucket,
      sourceFolder: bench.source.path,
      deleteExtra: "true",
      maxDelete: "100%",
    };
    assertSucceeded(await bench.runOther("AwsS3Upload", upload));
    assert.deepEqual((await bench.keys()).filter(isOfReleases), kept);

    const download = { sourceFolder: "", targetFolder: `${bench.workFolder}/restored` };
    const got = await bench.runOther("AwsS3Download", download);
    assert.equal(outputsOf(got).filesDownloaded, "3");
    const all = { ...download, globExpressions: ".s3-site/**" };
    const named = await bench.runOther("AwsS3Download", all);
    assert.equal(outputsOf(named).filesDownloaded, String(kept.length));

    const purge = { ...upload, globExpressions: "**\n.s3-site/**" };
    assertSucceeded(await bench.runOther("AwsS3Upload", purge));
    assert.deepEqual(
      (await bench.keys()).filter((key) => isOfReleases(key) || key === MANIFEST),
      [],
    );
  });
});
