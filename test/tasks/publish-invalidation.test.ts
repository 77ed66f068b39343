import assert from "node:assert/strict";
import type { StepResult } from "../../local/agent/agent.ts";
import {
  type ControlPlaneStub,
  refusal,
  type StubAnswer,
  startControlPlaneStub,
} from "../site/control-plane/control-plane-stub.ts";
import { siteBehindCloudFront } from "./publish-aws-site.ts";
import { KILLED, StepProcess } from "./publish-process.ts";
import { assertFailed, assertSucceeded, errorsOf, outputsOf } from "./step-result.ts";

const ID = "E2EXAMPLE1ABCD";
const READ = `GET /2020-05-31/distribution/${ID}`;
const CREATE = `POST /2020-05-31/distribution/${ID}/invalidation`;
const WATCH = `GET /2020-05-31/distribution/${ID}/invalidation/I1`;

/** What requests of each kind are answered in turn, and by the last answer from then on. */
type Answers = Readonly<Record<string, readonly StubAnswer[]>>;

const busy = refusal(400, "TooManyInvalidationsInProgress", "Your request exceeds the limit.");
const denied = refusal(403, "AccessDenied", "User: arn:aws:iam::111122223333:user/x is not authorized.");
const inProgress = invalidation("InProgress");

describe("An invalidation of AwsS3PublishSite, by a CloudFront that is slow, busy or refuses", function () {
  this.timeout(120_000);
  const site = siteBehindCloudFront();
  let stub: ControlPlaneStub | undefined;
  afterEach(() => stub?.close());

  /** Publishes an edited site. Two invalidations are to be made: of what changed, and of what was deleted. */
  async function publishEdited(
    answers: Answers,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<{ result: StepResult; lines: readonly string[] }> {
    await site.publishAndEdit();
    stub = await startControlPlaneStub(inTurn({ [READ]: [distributionOf(site.origin)], ...answers }));
    const env = { AWS_ENDPOINT_URL_CLOUDFRONT: stub.url.href };
    const result = await site.publish({ cloudFrontDistributionId: ID, ...inputs }, env);
    return { result, lines: stub.requests.map(({ line }) => line) };
  }

  /** Both invalidations have the same to say, which is said once. */
  function assertWarned(result: StepResult, warning: string): void {
    assert.deepEqual([result.result, errorsOf(result)], ["Succeeded", [warning]], result.log.join("\n"));
  }

  it("waits for its turn while CloudFront works on as many as it takes", async () => {
    const answers = { [CREATE]: [busy, busy, inProgress], [WATCH]: [inProgress, invalidation("Completed")] };
    const { result, lines } = await publishEdited(answers);
    assertSucceeded(result);
    assert.deepEqual(lines, [READ, CREATE, CREATE, CREATE, WATCH, WATCH, CREATE, WATCH]);
    assert.equal(outputsOf(result).invalidationId, "I1");
  });

  it("is made by the next publish where CloudFront took none", async () => {
    const { result } = await publishEdited({ [CREATE]: [busy] }, { invalidationTimeoutMinutes: "1" });
    assertWarned(
      result,
      `CloudFront accepted no new invalidation of the distribution ${ID} within one minute, because too many others are in progress. Until the caches expire, visitors may see the old site. Publish again, or invalidate "/*", when the others are complete. [invalidation-not-started]`,
    );
    assert.equal(outputsOf(result).invalidationId, "");

    assertSucceeded(await site.publish());
    assert.deepEqual(Object.values(await site.invalidations()), [
      ["/about.html", "/docs", "/docs/", "/docs/a%20b.html", "/docs/index.html", "/new.html", "/old.html"],
    ]);
  });

  describe("of what was deleted, is made by the next publish", () => {
    /** Publishes once more; then nothing is left to be done. */
    async function assertMadeUp(paths: readonly string[]): Promise<void> {
      assertSucceeded(await site.publish());
      assert.deepEqual(Object.values(await site.invalidations()), [paths]);
      assertSucceeded(await site.publish());
      assert.deepEqual(Object.values(await site.invalidations()), [paths]);
      assert.deepEqual(site.aws.writes(), []);
    }

    it("where CloudFront took none", async () => {
      const { result, lines } = await publishEdited(
        { [CREATE]: [inProgress, denied] },
        { waitForInvalidation: "false" },
      );
      assert.deepEqual([result.result, result.issues.length, lines.length], ["Succeeded", 1, 3]);
      await assertMadeUp(["/old.html"]);
    });

    it("where the step was killed before it", async () => {
      const task = new StepProcess(site.aws.workFolder, "killed");
      await site.publishAndEdit();
      stub = await startControlPlaneStub(async ({ line, body }) => {
        if (line === READ) return distributionOf(site.origin);
        if (body.includes("/old.html")) task.signal("SIGKILL");
        return invalidation("Completed");
      });
      const { NODE_OPTIONS = "" } = task.step.env ?? {};
      const env = { AWS_ENDPOINT_URL_CLOUDFRONT: stub.url.href, NODE_OPTIONS };
      const { exitCode } = await site.publish({ cloudFrontDistributionId: ID }, env);
      assert.equal(exitCode, KILLED);
      await assertMadeUp(["/old.html"]);
    });

    it("where the page is back by then", async () => {
      await publishEdited({ [CREATE]: [inProgress, denied] }, { waitForInvalidation: "false" });
      site.aws.source.write({ "old.html": "old again" });
      await assertMadeUp(["/old.html"]);
    });
  });

  it("is late without failing the step, and is not made again", async () => {
    const answers = { [CREATE]: [inProgress], [WATCH]: [inProgress] };
    const { result } = await publishEdited(answers, { invalidationTimeoutMinutes: "2" });
    assertWarned(
      result,
      `The invalidation I1 of the CloudFront distribution ${ID} was not complete within 2 minutes. CloudFront will complete it; nothing needs to be done. Until then, some visitors may see the old site. [invalidation-pending]`,
    );
    assert.equal(outputsOf(result).invalidationId, "I1");

    assertSucceeded(await site.publish());
    assert.deepEqual(await site.invalidations(), {});
  });

  it("is not waited for where nobody asks for that", async () => {
    const { result, lines } = await publishEdited({ [CREATE]: [inProgress] }, { waitForInvalidation: "false" });
    assertSucceeded(result);
    assert.deepEqual(lines, [READ, CREATE, CREATE]);
    assert.equal(outputsOf(result).invalidationId, "I1");
  });

  const WHO = "User: arn:aws:iam::111122223333:user/x is not authorized (403 AccessDenied)";
  const allow = (action: string) =>
    `Allow the user or role behind awsCredentials the action cloudfront:${action} on the distribution ${ID}. [access-denied]`;

  it("is not thought of where the distribution cannot be read", async () => {
    const { result } = await publishEdited({ [READ]: [denied] });
    assertFailed(result, [`Reading the CloudFront distribution ${ID} failed: ${WHO}. ${allow("GetDistribution")}`]);
    assert.deepEqual(site.aws.writes(), []);
  });

  const warnings: [action: string, answers: Answers, what: string][] = [
    [
      "CreateInvalidation",
      { [CREATE]: [denied] },
      `Invalidating the caches of the CloudFront distribution ${ID} failed`,
    ],
    [
      "GetInvalidation",
      { [CREATE]: [inProgress], [WATCH]: [denied] },
      `The task could not check whether the invalidation I1 of the CloudFront distribution ${ID} is complete`,
    ],
  ];
  for (const [action, answers, what] of warnings) {
    it(`names the permission ${action} where it is missing, in a warning, for the site is live`, async () => {
      assertWarned((await publishEdited(answers)).result, `${what}: ${WHO}. ${allow(action)}`);
    });
  }
});

function inTurn(answers: Answers): Parameters<typeof startControlPlaneStub>[0] {
  const counts = new Map<string, number>();
  return ({ line }) => {
    const ofLine = answers[line] ?? [];
    const count = counts.get(line) ?? 0;
    counts.set(line, count + 1);
    return ofLine[Math.min(count, ofLine.length - 1)] ?? { status: 404, body: "" };
  };
}

/** A distribution, enabled, that shows an endpoint of a bucket. */
function distributionOf(origin: string): StubAnswer {
  const origins = `<Origins><Items><Origin><Id>bucket</Id><DomainName>${origin}</DomainName></Origin></Items></Origins>`;
  const config = `<Enabled>true</Enabled><DefaultRootObject>index.html</DefaultRootObject>${origins}`;
  return {
    body: `<Distribution><DomainName>d111111abcdef8.cloudfront.net</DomainName><DistributionConfig>${config}</DistributionConfig></Distribution>`,
  };
}

function invalidation(status: string): StubAnswer {
  return {
    body: `<Invalidation><Id>I1</Id><Status>${status}</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime></Invalidation>`,
  };
}
