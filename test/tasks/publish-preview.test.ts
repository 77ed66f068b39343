import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { type AzureDevOpsServer, startAzureDevOps } from "../stand-ins/azure-devops/server.ts";
import { createOidcIssuer } from "../stand-ins/sts/oidc-issuer.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { withoutWaiting } from "./publish-process.ts";
import { assertSucceeded } from "./step-result.ts";
import { connectionTo, runStoreStep } from "./store-step.ts";
import { summaryOf } from "./summary-text.ts";
import { SourceFolder } from "./upload-step.ts";

const OLD_COMMIT = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
const NEW_COMMIT = "5e6f708192a3b4c5d6e7f8091a2b3c4d1a2b3c4d";

describe("AwsS3PublishSite with action: preview", function () {
  this.timeout(60_000);
  let azureDevOps: AzureDevOpsServer;
  let target: EmbeddedTarget;
  let bucketName: string;
  let source: SourceFolder;

  before(async () => {
    const issuer = createOidcIssuer("https://vstoken.dev.azure.com/local");
    azureDevOps = await startAzureDevOps({ issuer, connections: [] });
    target = await startEmbeddedTarget();
    source = new SourceFolder().write({ "index.html": "<h1>Quay Street</h1>", "menu.html": "<h1>Menu</h1>" });
  });
  after(async () => {
    source.remove();
    await target.stop();
    await azureDevOps.close();
  });
  beforeEach(async () => {
    bucketName = await target.newBucket();
    for (const number of [12, 13]) azureDevOps.pullRequests.add({ number, status: "active", sourceCommit: OLD_COMMIT });
    Object.assign(azureDevOps.pullRequests.rights, { mayRead: true, mayContribute: true });
    azureDevOps.beforeAnswer = () => undefined;
  });

  function run(
    inputs: Readonly<Record<string, string>>,
    variables: Readonly<Record<string, string>> = {},
    step: Partial<StepRequest> = {},
  ): Promise<StepResult> {
    return runStoreStep(
      "AwsS3PublishSite",
      target,
      { bucketName, sourceFolder: source.path, verify: "false", ...inputs },
      {
        connections: [connectionTo(target), azureDevOps.job.connection],
        variables: { ...azureDevOps.job.variables, "Build.SourceVersion": NEW_COMMIT, ...variables },
        ...step,
      },
    );
  }

  const preview = (
    number: number,
    more: Readonly<Record<string, string>> = {},
    sourceCommit = OLD_COMMIT,
    step: Partial<StepRequest> = {},
  ) =>
    run(
      { action: "preview", siteUrl: "https://preview.example.com/{preview}/", ...more },
      { "System.PullRequest.PullRequestId": `${number}`, "System.PullRequest.SourceCommitId": sourceCommit },
      step,
    );

  const outputs = ({ outputVariables }: StepResult, ...names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, outputVariables[name]?.value]));

  async function keys(): Promise<string[]> {
    const { Contents = [] } = await target.client().send(new ListObjectsV2Command({ Bucket: bucketName }));
    return Contents.map(({ Key = "" }) => Key);
  }

  function close(number: number): void {
    const pullRequest = azureDevOps.pullRequests.find(number);
    assert.ok(pullRequest);
    pullRequest.status = "completed";
  }

  const comments = (number: number) => azureDevOps.pullRequests.visibleComments(number);
  const PR_12 = ["pr-12/.s3-site.json", "pr-12/index.html", "pr-12/menu.html"];

  it("publishes, writes one comment that the next run updates, and adds a status", async () => {
    const first = await preview(12);
    assertSucceeded(first);
    assert.deepEqual(await keys(), PR_12);
    const commentUrl = `${azureDevOps.collectionUrl}local/_git/local/pullrequest/12?discussionId=1`;
    const siteUrl = "https://preview.example.com/pr-12/";
    assert.deepEqual(outputs(first, "siteUrl", "previewName", "commentUrl", "previewsRemoved", "filesUploaded"), {
      ...{ siteUrl, previewName: "pr-12", commentUrl, previewsRemoved: "0", filesUploaded: "2" },
    });
    assertSucceeded(await preview(12));
    const [comment = "", ...others] = comments(12);
    assert.deepEqual(others, []);
    assert.match(comment, /^\*\*Preview pr-12\*\*: \[.*\]\(https:\/\/preview\.example\.com\/pr-12\/\)\n/);
    assert.match(comment, /\| Result \| ✅ Published, /);
    assert.match(comment, /\| Changed pages \| none \|/);
    assert.deepEqual(azureDevOps.pullRequests.statuses.get(12)?.at(-1), {
      state: "succeeded",
      description: "The preview pr-12 is published",
      context: { genre: "AwsS3PublishSite", name: `preview/${bucketName}` },
      targetUrl: siteUrl,
    });
  });

  it("publishes nothing for a pull request that is closed, and removes what it had", async () => {
    assertSucceeded(await preview(12));
    close(12);
    const { result, outputVariables, log } = await preview(12);
    assert.equal(result, "Succeeded");
    assert.ok(log.includes("Pull request 12 is completed or abandoned, so it gets no preview"), log.join("\n"));
    assert.deepEqual(
      [await keys(), outputVariables.siteUrl?.value, outputVariables.previewsRemoved?.value],
      [[], "", "1"],
    );
    const [comment, ...others] = comments(12);
    assert.match(String(comment), /removed on/);
    assert.deepEqual(others, []);
  });

  it("leaves nothing of a pull request that is closed while it publishes", async () => {
    let reads = 0;
    azureDevOps.beforeAnswer = (operation) => {
      if (operation === "ReadPullRequest" && ++reads === 2) close(12);
    };
    assertSucceeded(await preview(12));
    assert.deepEqual([reads, await keys(), comments(12)], [2, [], []]);
  });

  it("warns once and leaves one summary, however often it meets another run", async () => {
    assertSucceeded(await run({}));
    assert.equal((await preview(12)).result, "Succeeded");
    const key = "pr-12/.s3-site.json";
    const client = target.client();
    const { Body, Metadata = {} } = await client.send(new GetObjectCommand({ Bucket: bucketName, Key: key }));
    const manifest = String(await Body?.transformToString());
    const publishElsewhere = () =>
      client.send(new PutObjectCommand({ Bucket: bucketName, Key: key, Body: `${manifest}\n`, Metadata }));
    let conflicts = 0;
    // The other publish happens when the step has read the manifest, and looks for a site at the same host name.
    const meanwhile = {
      // biome-ignore lint/suspicious/noThenProperty: it has to begin when the request has come
      then: (resolve: () => void, reject: (reason: unknown) => void) =>
        void (conflicts++ === 0 ? publishElsewhere() : Promise.resolve()).then(resolve, reject),
    };
    const fault = target.server.addFault({
      match: { operation: "HeadObject", key: ".s3-site.json" },
      action: { kind: "wait", until: meanwhile as unknown as Promise<void> },
    });
    const folder = mkdtempSync(join(tmpdir(), "preview-"));
    source.write({ "menu.html": "<h1>New menu</h1>" });
    const result = await preview(12, {}, OLD_COMMIT, withoutWaiting(folder));
    fault.remove();
    rmSync(folder, { recursive: true });
    assert.equal(result.result, "Succeeded", result.log.join("\n"));
    assert.equal(result.log.filter((line) => line.endsWith("This run publishes it again")).length, 1);
    assert.deepEqual(
      result.issues.map(({ message }) => /\[(.*)\]$/.exec(message)?.[1]),
      ["preview-shares-origin"],
    );
    assert.match(summaryOf(result).lines.join("\n"), /\*\*Succeeded\*\*/);
  });

  it("ends with one line if the pull request has a newer commit", async () => {
    const { result, log } = await preview(12, {}, NEW_COMMIT);
    assert.equal(result, "Succeeded");
    assert.deepEqual(
      log.filter((line) => /Pull request|Publishing/.test(line)),
      ["Pull request 12 has a newer commit than this run. The run of that commit publishes the preview"],
    );
    assert.deepEqual([await keys(), comments(12)], [[], []]);
  });

  it("removes previews of pull requests that are closed, and says so there", async () => {
    assertSucceeded(await preview(12));
    assertSucceeded(await preview(13));
    close(13);
    const result = await preview(12);
    assertSucceeded(result);
    assert.deepEqual(outputs(result, "previewsRemoved"), { previewsRemoved: "1" });
    assert.deepEqual(await keys(), PR_12);
    assert.match(comments(13).join("\n"), /: removed on /);
  });

  it("publishes all the same without the right to comment, and names the right once for each", async () => {
    azureDevOps.pullRequests.rights.mayContribute = false;
    const { result, issues, outputVariables } = await preview(12);
    assert.equal(result, "Succeeded");
    assert.deepEqual(await keys(), PR_12);
    assert.equal(outputVariables.commentUrl?.value, "");
    const told = issues.map(({ message }) => message);
    assert.equal(told.length, 2);
    for (const message of told)
      assert.match(
        message,
        /^The (comment|status) of the preview on pull request 12 was not written: TF401027: .* Grant "Contribute to pull requests" to "local Build Service \(local\)", under Project settings, Repositories, the repository local, Security\. The preview itself is published\. \[pull-request-not-updated\]$/,
      );
  });

  it("says what became of the preview whose comment it may not write", async () => {
    assertSucceeded(await preview(13));
    close(13);
    azureDevOps.pullRequests.rights.mayContribute = false;
    const lastSentences = ({ issues }: StepResult) =>
      issues.flatMap(
        ({ message }) => /(The preview itself .*\.) \[pull-request-not-updated\]$/.exec(message)?.[1] ?? [],
      );
    const fault = target.server.addFault({
      match: { operation: "PutObject", key: "pr-12/index.html" },
      action: { kind: "status", status: 403, code: "AccessDenied" },
    });
    const failed = "The preview itself was not published completely.";
    assert.deepEqual(lastSentences(await preview(12)), [failed, failed]);
    fault.remove();
    const published = "The preview itself is published.";
    assert.deepEqual(lastSentences(await preview(12)), [published, published, "The preview itself was removed."]);
  });

  it("publishes all the same where the pull request cannot be read, and removes nothing", async () => {
    assertSucceeded(await preview(13));
    azureDevOps.pullRequests.rights.mayRead = false;
    const { result, issues } = await preview(12);
    assert.equal(result, "Succeeded");
    assert.deepEqual(
      issues.map(({ message }) => /\[(.*)\]$/.exec(message)?.[1]),
      ["pull-request-not-read"],
    );
    assert.ok((await keys()).includes("pr-13/index.html"));
  });

  it("comments on Azure Repos only", async () => {
    const { result, issues, log } = await run(
      { action: "preview" },
      { "Build.Repository.Provider": "GitHub", "System.PullRequest.PullRequestNumber": "7" },
    );
    assert.deepEqual([result, issues], ["Succeeded", []]);
    assert.ok(log.some((line) => line.startsWith("The pull request is not in Azure Repos, so it gets no comment.")));
    assert.ok((await keys()).includes("pr-7/index.html"));
  });

  it("tells the pull request of a failure", async () => {
    const fault = target.server.addFault({
      match: { operation: "PutObject" },
      after: 1,
      action: { kind: "status", status: 403, code: "AccessDenied" },
    });
    const { result } = await preview(12);
    fault.remove();
    assert.equal(result, "Failed");
    assert.match(comments(12)[0] ?? "", /\| Result \| ❌ Failed: \d+ errors?, see the log, /);
    assert.equal(azureDevOps.pullRequests.statuses.get(12)?.at(-1)?.state, "failed");
  });

  it("tells the pull request of a publish that ends before anything is planned", async () => {
    assertSucceeded(await preview(12));
    assert.match(comments(12)[0] ?? "", /✅ Published/);
    const { result } = await preview(12, { globExpressions: "nothing" });
    assert.equal(result, "Failed");
    const [comment = ""] = comments(12);
    assert.match(comment, /\| Result \| ❌ Failed: 1 error, see the log, /);
    assert.match(comment, /\(https:\/\/preview\.example\.com\/pr-12\/\)/);
    const { state, targetUrl } = azureDevOps.pullRequests.statuses.get(12)?.at(-1) ?? {};
    assert.deepEqual([state, targetUrl], ["failed", "https://preview.example.com/pr-12/"]);
  });

  it("only says what it would do in a dry run", async () => {
    assertSucceeded(await preview(12, { dryRun: "true" }));
    assert.deepEqual([await keys(), comments(12), azureDevOps.pullRequests.statuses.get(12)], [[], [], []]);
  });

  describe("and publicRead", () => {
    const policyOf = () => target.server.requests.filter(({ operation }) => operation === "PutBucketPolicy");

    it("lets everyone read a bucket that holds previews alone", async () => {
      target.server.clearRequests();
      assertSucceeded(await preview(12, { publicRead: "true" }));
      assertSucceeded(await preview(13, { publicRead: "true" }));
      assert.equal(policyOf().length, 1);
    });

    it("changes nothing in a bucket that holds something else", async () => {
      assertSucceeded(await run({ targetFolder: "site" }));
      target.server.clearRequests();
      const { result, issues } = await preview(12, { publicRead: "true" });
      assert.deepEqual([result, policyOf().length], ["Failed", 0]);
      assert.match(issues.map(({ message }) => message).join("\n"), /^publicRead: .*\[preview-not-public\]$/);
    });
  });

  describe("and a later action: removePreviews", () => {
    it("removes those of closed pull requests, and tells their number", async () => {
      assertSucceeded(await preview(12));
      assertSucceeded(await preview(13));
      close(13);
      const dry = await run({ action: "removePreviews", dryRun: "true" });
      assert.deepEqual(outputs(dry, "previewsRemoved"), { previewsRemoved: "1" });
      assert.equal((await keys()).length, 6);
      const result = await run({ action: "removePreviews" });
      assertSucceeded(result);
      assert.deepEqual(outputs(result, "previewsRemoved"), { previewsRemoved: "1" });
      assert.deepEqual(await keys(), PR_12);
      assert.match(comments(13).join("\n"), /^\*\*Preview pr-13\*\*: removed on \d{4}-\d\d-\d\d\.\n$/);
    });

    it("removes the one that is named, where the pull request is not in Azure Repos", async () => {
      const elsewhere = { "Build.Repository.Provider": "GitHub" };
      for (const pullRequestId of ["7", "8"])
        assertSucceeded(await run({ action: "preview", pullRequestId }, elsewhere));
      assert.deepEqual(outputs(await run({ action: "removePreviews" }, elsewhere), "previewsRemoved"), {
        previewsRemoved: "0",
      });
      assertSucceeded(await run({ action: "removePreviews", pullRequestId: "7" }, elsewhere));
      assert.deepEqual(new Set((await keys()).map((key) => key.split("/")[0])), new Set(["pr-8"]));
    });

    it("leaves the previews of other repositories, which have the same numbers", async () => {
      const repository = (name: string) => ({
        "Build.Repository.Provider": "GitHub",
        "Build.Repository.Uri": `https://github.com/quay-street/${name}`,
      });
      const inputs = { action: "preview", pullRequestId: "7" };
      assertSucceeded(await run(inputs, repository("shop")));
      assertSucceeded(await run({ ...inputs, previewName: "menu-7" }, repository("menu")));
      const result = await run({ action: "removePreviews", pullRequestId: "7" }, repository("shop"));
      assertSucceeded(result);
      assert.deepEqual(outputs(result, "previewsRemoved"), { previewsRemoved: "1" });
      assert.ok(
        result.log.includes("The preview menu-7 stays, because it is of pull request 7 of another repository"),
        result.log.join("\n"),
      );
      assert.deepEqual(new Set((await keys()).map((key) => key.split("/")[0])), new Set(["menu-7"]));
    });
  });

  it("is left alone by an upload with deleteExtra", async () => {
    assertSucceeded(await preview(12));
    const { outputVariables } = await runStoreStep(
      "AwsS3Upload",
      target,
      { bucketName, sourceFolder: source.path, deleteExtra: "true" },
      {},
    );
    assert.equal(outputVariables.filesDeleted?.value, "0");
    assert.deepEqual(await keys(), ["index.html", "menu.html", ...PR_12].sort());
  });

  it("is left alone by an upload with deleteExtra whose patterns do not cover the manifest", async () => {
    assertSucceeded(await preview(12));
    for (const globExpressions of ["**/*.html", "**\n!**/.*"]) {
      const { outputVariables } = await runStoreStep(
        "AwsS3Upload",
        target,
        { bucketName, sourceFolder: source.path, deleteExtra: "true", maxDelete: "100%", globExpressions },
        {},
      );
      assert.equal(outputVariables.filesDeleted?.value, "0");
    }
    assert.deepEqual(await keys(), ["index.html", "menu.html", ...PR_12].sort());
  });

  it("is not asked for by an upload that deletes nothing in its folder", async () => {
    assertSucceeded(await preview(12));
    await target.client().send(new PutObjectCommand({ Bucket: bucketName, Key: "app/gone.html", Body: "gone" }));
    target.server.clearRequests();
    const { outputVariables } = await runStoreStep(
      "AwsS3Upload",
      target,
      {
        bucketName,
        sourceFolder: source.path,
        deleteExtra: "true",
        maxDelete: "100%",
        globExpressions: "app/**\n*.html",
      },
      {},
    );
    assert.equal(outputVariables.filesDeleted?.value, "1");
    assert.equal(target.server.requests.filter(({ operation }) => operation === "HeadObject").length, 0);
  });
});
