import assert from "node:assert/strict";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { CloudFrontClient, CreateResponseHeadersPolicyCommand } from "@aws-sdk/client-cloudfront";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { defaultCredential as credentials } from "../../local/s3/server.ts";
import { startEmbeddedTarget } from "../target.ts";
import { assertSucceeded } from "../tasks/step-result.ts";
import { runStoreStep } from "../tasks/store-step.ts";
import { SourceFolder } from "../tasks/upload-step.ts";
import { startedByGitHub } from "./examples/github-webhook.ts";
import { Example } from "./examples/run-example.ts";
import { codeBlocksOf } from "./markdown.ts";
import { root } from "./pages.ts";

const blocks = codeBlocksOf(join(root, "docs/previews.md"));

/** The one block of the page that contains a text. */
function blockWith(kind: string, text: string): string {
  const [block, ...others] = blocks.filter(({ info, code }) => info === kind && code.includes(text));
  assert.ok(block && others.length === 0, `one ${kind} block with ${text}`);
  return block.code;
}

/** What the CloudFront function of the page makes of a request: the path that CloudFront asks the bucket for. */
function originPath(host: string, uri: string): string {
  const event = {
    version: "1.0",
    request: { method: "GET", uri, querystring: {}, headers: { host: { value: host } } },
  };
  const source = `"use strict";${blockWith("js", "function handler")}\nhandler(event)`;
  return runInContext(source, createContext({ event })).uri;
}

/** The body of the request by which the AWS CLI creates a response headers policy of a text. */
async function policyRequest(text: string): Promise<string> {
  let body = "";
  const handle = async (request: { body?: string }) => {
    body = String(request.body);
    throw new Error("it is not sent");
  };
  const client = new CloudFrontClient({ region: "us-east-1", credentials, maxAttempts: 1, requestHandler: { handle } });
  const command = new CreateResponseHeadersPolicyCommand({ ResponseHeadersPolicyConfig: JSON.parse(text) });
  await assert.rejects(client.send(command), /it is not sent/);
  return body.replace(/^<\?xml[^>]*>|\s+(?=<)/g, "");
}

/** Runs the steps of several blocks in one job, in a run for pull request 12. */
async function runTogether(
  steps: readonly string[],
  look: (example: Example, log: readonly string[]) => Promise<void>,
) {
  const bodies = steps.map((code) => code.replace(/^[\s\S]*?^steps:\n/m, ""));
  const example = await Example.open(`steps:\n${bodies.join("")}`, "build");
  try {
    const { result, log } = await example.run();
    assert.equal(result, "Succeeded", log.join("\n"));
    await look(example, log);
  } finally {
    await example.close();
  }
}

describe("docs/previews.md", function () {
  this.timeout(180_000);
  const preview = blockWith("yaml", "action: preview\n");

  it("has a CloudFront function that finds every file of a preview by its host name", async () => {
    const target = await startEmbeddedTarget();
    const names = ["index.html", "404.html", "docs/index.html", "docs/v1.2/index.html", "assets/app.5d2f8a1c.js"];
    const source = new SourceFolder().write(Object.fromEntries(names.map((name) => [name, name])));
    try {
      const bucketName = await target.newBucket();
      const siteUrl = "https://{preview}.preview.example.com/";
      const inputs = { action: "preview", pullRequestId: "12", siteUrl, verify: "false" };
      const step = await runStoreStep(
        "AwsS3PublishSite",
        target,
        { bucketName, sourceFolder: source.path, ...inputs },
        { variables: { "Build.Repository.Provider": "GitHub" } },
      );
      assertSucceeded(step);
      assert.equal(step.outputVariables.siteUrl?.value, "https://pr-12.preview.example.com/");
      const { Contents = [] } = await target.client().send(new ListObjectsV2Command({ Bucket: bucketName }));
      const visited = ["/", "/404.html", "/docs", "/docs/", "/docs/v1.2/", "/assets/app.5d2f8a1c.js"];
      const found = visited.map((path) => originPath("pr-12.preview.example.com", path));
      assert.deepEqual(
        [...new Set(found)].sort(),
        Contents.map(({ Key }) => `/${Key}`).filter((path) => !path.endsWith(".s3-site.json")),
      );
      assert.deepEqual(found.slice(2, 5), [
        "/pr-12/docs/index.html",
        "/pr-12/docs/index.html",
        "/pr-12/docs/v1.2/index.html",
      ]);
    } finally {
      source.remove();
      await target.stop();
    }
  });

  it("has a pipeline that publishes the preview of a pull request", async () => {
    await runTogether([preview], async (example, log) => {
      const address = "http://my-previews.s3-website-us-east-1.amazonaws.com/pr-12/";
      assert.ok(log.includes(`The preview is at ${address}`), log.join("\n"));
      assert.ok("pr-12/index.html" in (await example.aws.objects("my-previews")));
    });
  });

  it("has a step that comments on GitHub, with the address of the preview", async () => {
    await runTogether([preview, blockWith("yaml script", "gh pr comment")], async (_, log) => {
      const [call = ""] = log.filter((line) => line.startsWith("gh pr comment"));
      assert.match(
        call,
        /^gh pr comment 12 --repo \S+ --edit-last --create-if-none --body Preview: http:\/\/my-previews\./,
      );
    });
  });

  it("has a pipeline that removes the preview of the pull request that GitHub closed, when its webhook starts it", async () => {
    const removal = startedByGitHub(blockWith("yaml webhook", "removePreviews"));
    await runTogether([preview, removal], async (example) => {
      assert.deepEqual(await example.aws.objects("my-previews"), {});
    });
  });

  it("has a step that prints how CloudFront keeps search engines out of previews", async () => {
    const behind = preview.replace(/publicRead: true.*/, "cloudFrontDistributionId: E2EXAMPLE1ABCD");
    const printed = (log: readonly string[]) => log.filter((line) => line.includes("response headers policy"));
    await runTogether([behind], async (_, log) => {
      const [line = "", ...others] = printed(log);
      assert.deepEqual(others, []);
      assert.match(line, /attach it to the cache behavior of the distribution E2EXAMPLE1ABCD /);
      assert.equal(
        await policyRequest(line.slice(line.indexOf("{"))),
        '<ResponseHeadersPolicyConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">' +
          "<Name>previews-not-indexed</Name><Comment>Keeps search engines out of previews</Comment>" +
          "<CustomHeadersConfig><Quantity>1</Quantity><Items><ResponseHeadersPolicyCustomHeader>" +
          "<Header>X-Robots-Tag</Header><Value>noindex</Value><Override>true</Override>" +
          "</ResponseHeadersPolicyCustomHeader></Items></CustomHeadersConfig></ResponseHeadersPolicyConfig>",
      );
    });
    // A site itself is to be found.
    await runTogether([behind.replace("action: preview", "action: publish")], async (_, log) => {
      assert.deepEqual(printed(log), []);
    });
  });
});
