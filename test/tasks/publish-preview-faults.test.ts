import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { isFull } from "../amounts.ts";
import type { PullRequestOperation } from "../stand-ins/azure-devops/pull-requests.ts";
import { type AzureDevOpsFault, type AzureDevOpsServer, startAzureDevOps } from "../stand-ins/azure-devops/server.ts";
import { createOidcIssuer } from "../stand-ins/sts/oidc-issuer.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { withoutWaiting } from "./publish-process.ts";
import { connectionTo, runStoreStep } from "./store-step.ts";
import { SourceFolder } from "./upload-step.ts";

const COMMIT = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
const PAGE = "<html><title>Sign in</title></html>";

const status = (code: number, more: { message?: string; headers?: Record<string, string> } = {}): AzureDevOpsFault => ({
  kind: "status",
  status: code,
  code: "",
  ...more,
});

/** What stays wrong, and what the step says of it. */
const LASTING: Readonly<Record<string, { readonly fault: AzureDevOpsFault; readonly says: RegExp }>> = {
  "401": { fault: status(401), says: /Something went wrong.*Grant "Contribute to pull requests"/ },
  "403": { fault: status(403), says: /Something went wrong.*Grant "Contribute to pull requests"/ },
  "404": { fault: status(404), says: /Something went wrong.*Check that the pull request is in this organization/ },
  "409": { fault: status(409), says: /Something went wrong.*Run the step again later/ },
  "429": {
    fault: status(429, { headers: { "retry-after": "1" } }),
    says: /Something went wrong.*Run the step again later/,
  },
  "500": { fault: status(500), says: /Something went wrong.*Run the step again later/ },
  "503 with a page": {
    fault: status(503, { message: PAGE }),
    says: /it answered with a page.*Run the step again later/,
  },
  "200 with a page": { fault: status(200, { message: PAGE }), says: /it answered with a page.*a page to sign in/ },
  "203 with a page": { fault: status(203, { message: PAGE }), says: /it answered with a page.*a page to sign in/ },
  "half of its JSON": { fault: status(200, { message: '{"id":' }), says: /ended before the answer was complete/ },
  "a reset": { fault: { kind: "reset" }, says: /Check that this machine reaches Azure DevOps/ },
};
/** These are tried again. */
const PASSING = ["429", "500", "503 with a page", "half of its JSON", "a reset"];

/** The requests of a step, by what it does without them. */
const REQUESTS: Readonly<
  Record<string, { readonly second?: boolean; readonly warning: RegExp; readonly lost: "all" | "comment" | "status" }>
> = {
  ReadPullRequest: { warning: /^Azure Repos did not say whether pull request 12 is still active: /, lost: "all" },
  ListThreads: { warning: /^The comment of the preview on pull request 12 was not written: /, lost: "comment" },
  CreateThread: { warning: /^The comment of the preview on pull request 12 was not written: /, lost: "comment" },
  UpdateComment: {
    second: true,
    warning: /^The comment of the preview on pull request 12 was not written: /,
    lost: "comment",
  },
  CreateStatus: { warning: /^The status of the preview on pull request 12 was not written: /, lost: "status" },
};

describe("AwsS3PublishSite with action: preview, if Azure Repos answers a request with", function () {
  this.timeout(60_000);
  let azureDevOps: AzureDevOpsServer;
  let target: EmbeddedTarget;
  let source: SourceFolder;
  let folder: string;
  let bucketName: string;

  before(async () => {
    azureDevOps = await startAzureDevOps({
      issuer: createOidcIssuer("https://vstoken.dev.azure.com/local"),
      connections: [],
    });
    target = await startEmbeddedTarget();
    source = new SourceFolder().write({ "index.html": "home" });
    folder = mkdtempSync(join(tmpdir(), "preview-"));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    source.remove();
    await target.stop();
    await azureDevOps.close();
  });
  beforeEach(async () => {
    bucketName = await target.newBucket();
    azureDevOps.pullRequests.add({ number: 12, status: "active", sourceCommit: COMMIT });
    azureDevOps.beforeAnswer = () => undefined;
  });

  function preview(step: Partial<StepRequest> = {}): Promise<StepResult> {
    const inputs = { action: "preview", siteUrl: "https://preview.example.com/{preview}/", verify: "false" };
    const variables = { "System.PullRequest.PullRequestId": "12", "System.PullRequest.SourceCommitId": COMMIT };
    return runStoreStep(
      "AwsS3PublishSite",
      target,
      { bucketName, sourceFolder: source.path, ...inputs },
      {
        connections: [connectionTo(target), azureDevOps.job.connection],
        variables: { ...azureDevOps.job.variables, ...variables },
        ...step,
      },
    );
  }

  const left = async () => {
    const { Contents = [] } = await target.client().send(new ListObjectsV2Command({ Bucket: bucketName }));
    return {
      keys: Contents.map(({ Key = "" }) => Key),
      comments: azureDevOps.pullRequests.visibleComments(12).length,
      statuses: azureDevOps.pullRequests.statuses.get(12)?.length ?? 0,
    };
  };
  const keys = ["pr-12/.s3-site.json", "pr-12/index.html"];

  Object.entries(REQUESTS).forEach(([operation, { second, warning, lost }], row) => {
    Object.entries(LASTING).forEach(([name, { fault, says }], column) => {
      // Each answer once in `npm test`, and each request at least twice.
      if (!isFull && (row + column) % 5 !== 0) return;
      it(`${name} to ${operation}, publishes all the same, and says what is missing`, async () => {
        if (second) await preview();
        const added = azureDevOps.addFault(operation as PullRequestOperation, fault);
        const { result, issues, log } = await preview(PASSING.includes(name) ? withoutWaiting(folder) : {});
        added.remove();
        assert.equal(result, "Succeeded", log.join("\n"));
        const [message = "", ...others] = issues.map((issue) => issue.message);
        assert.deepEqual(others, []);
        assert.match(message, warning);
        assert.match(message, operation === "ReadPullRequest" && /Grant/.test(says.source) ? /Grant "/ : says);
        const before = second ? 1 : 0;
        assert.deepEqual(await left(), {
          keys,
          comments: lost === "status" || second ? 1 : 0,
          statuses: before + (lost === "comment" ? 1 : 0),
        });
      });

      if (!PASSING.includes(name)) return;
      it(`${name} to ${operation}, tries it again`, async () => {
        if (second) await preview();
        azureDevOps.addFault(operation as PullRequestOperation, fault, 1);
        const { result, issues, log } = await preview(withoutWaiting(folder));
        assert.deepEqual([result, issues], ["Succeeded", []], log.join("\n"));
        assert.deepEqual(await left(), { keys, comments: 1, statuses: second ? 2 : 1 });
      });
    });

    it(`nothing to ${operation}, ends at once when it is cancelled`, async function () {
      if (process.platform === "win32") this.skip();
      if (second) await preview();
      const cancelled = new AbortController();
      azureDevOps.beforeAnswer = (seen) => {
        if (seen === operation) cancelled.abort();
      };
      const added = azureDevOps.addFault(operation as PullRequestOperation, { kind: "hang" });
      const { result, issues } = await preview({ cancel: cancelled.signal });
      added.remove();
      // The agent has two lines of its own.
      const own = issues.map(({ message }) => message).filter((message) => message.endsWith("]"));
      assert.deepEqual([result, own], ["Canceled", ["The step was cancelled. [cancelled]"]]);
      // The preview is there, and the next run writes what is missing.
      assert.deepEqual((await left()).keys, operation === "ReadPullRequest" ? [] : keys);
      azureDevOps.beforeAnswer = () => undefined;
      assert.equal((await preview()).result, "Succeeded");
      assert.equal((await left()).comments, 1);
    });
  });
});
