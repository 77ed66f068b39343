import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { DistributionConfig } from "@aws-sdk/client-cloudfront";
import type { StepResult } from "../../local/agent/agent.ts";
import type { PlannedInvalidation } from "../../src/site/cloudfront/planned-invalidations.ts";
import { siteBehindCloudFront } from "./publish-aws-site.ts";
import { assertFailed, assertSucceeded, errorsOf, outputsOf } from "./step-result.ts";

describe("AwsS3PublishSite, behind CloudFront", function () {
  this.timeout(120_000);
  const site = siteBehindCloudFront();
  const { aws } = site;

  it("tells where visitors find the site", async () => {
    const { siteUrl, websiteEndpoint, cloudFrontDomain, invalidationId } = outputsOf(await site.publishAndEdit());
    const { domainName } = site.distribution;
    assert.deepEqual(
      { siteUrl, websiteEndpoint, cloudFrontDomain, invalidationId },
      { siteUrl: `https://${domainName}/`, websiteEndpoint: "", cloudFrontDomain: domainName, invalidationId: "" },
    );
  });

  it("has the caches let go of what it changed, then of what it deleted, and of nothing else", async () => {
    const other = await aws.account.createDistribution(site.origin);
    await site.publishAndEdit();
    assert.deepEqual(await site.invalidations(), {}, "no cache holds anything of a new site");

    const result = await site.publish();
    assertSucceeded(result);
    const invalidations = await site.invalidations();
    const { [outputsOf(result).invalidationId ?? ""]: changed, ...others } = invalidations;
    assert.deepEqual(changed, ["/about.html", "/docs", "/docs/", "/docs/a%20b.html", "/docs/index.html"]);
    assert.deepEqual(Object.values(others), [["/old.html"]]);

    const again = await site.publish();
    assertSucceeded(again);
    assert.equal(outputsOf(again).invalidationId, "");
    assert.deepEqual(await site.invalidations(), invalidations, "a second run changes nothing");
    assert.deepEqual(await aws.account.invalidations(other.id), {});
  });

  it("counts paths from the folder that viewers meet as /", async () => {
    const origin = { Id: "bucket", DomainName: site.origin, S3OriginConfig: { OriginAccessIdentity: "" } };
    site.distribution = await aws.account.createDistribution(site.origin, {
      Origins: { Quantity: 1, Items: [{ ...origin, OriginPath: "/live" }] },
    });
    await site.publishAndEdit({ targetFolder: "live/v 1" });
    const result = await site.publish({ targetFolder: "live/v 1" });
    assertSucceeded(result);
    const { siteUrl, invalidationId = "" } = outputsOf(result);
    assert.equal(siteUrl, `https://${site.distribution.domainName}/v%201/`);
    assert.deepEqual((await site.invalidations())[invalidationId], [
      "/v%201/about.html",
      "/v%201/docs",
      "/v%201/docs/",
      "/v%201/docs/a%20b.html",
      "/v%201/docs/index.html",
    ]);
  });

  const choices: [invalidate: string, paths: readonly (readonly string[])[]][] = [
    ["all", [["/*"], ["/*"], ["/old.html"]]],
    ["none", []],
  ];
  for (const [invalidate, paths] of choices) {
    it(`invalidates what is asked for (invalidate: ${invalidate})`, async () => {
      await site.publishAndEdit({ invalidate });
      assertSucceeded(await site.publish({ invalidate }));
      assert.deepEqual(Object.values(await site.invalidations()).sort(), paths);
    });
  }

  it("tells in a dry run what it would invalidate, and changes nothing", async () => {
    await site.publishAndEdit();
    const result = await site.publish({ dryRun: "true" });
    assertSucceeded(result);
    assert.deepEqual(await site.invalidations(), {});
    const stored = ["/about.html", "/docs", "/docs/", "/docs/a%20b.html", "/docs/index.html"];
    const { id } = site.distribution;
    assert.deepEqual(
      result.log.filter((line) => line.startsWith("Would ")),
      [
        `Would invalidate in the distribution ${id}, after the upload: ${stored.join(", ")}`,
        `Would invalidate in the distribution ${id}, after the deletion of old files: /old.html`,
      ],
    );
    assert.deepEqual(invalidationsPlanned(result), [
      { after: "stored", paths: stored },
      { after: "deleted", paths: ["/old.html"] },
    ]);

    assertSucceeded(await site.publish());
    assert.deepEqual(Object.values(await site.invalidations()).sort(), [stored, ["/old.html"]], "it is what is sent");
  });

  const redirected: [invalidate: string, paths: readonly string[]][] = [
    ["changed", ["/gone/*", "/kept/*", "/new/*"]],
    ["all", ["/*"]],
    ["none", []],
  ];
  for (const [invalidate, paths] of redirected) {
    it(`has the caches let go of redirects that became others, as a dry run tells (invalidate: ${invalidate})`, async () => {
      const inputs = { configureWebsite: "true", invalidate };
      site.distribution = await aws.account.createDistribution(`${site.bucketName}.s3-website-us-east-1.amazonaws.com`);
      aws.source.write({ _redirects: "/same/* /a/:splat 302\n/kept/* /a/:splat 302\n/gone/* /a/:splat 302\n" });
      assertSucceeded(await site.publish({ ...inputs, invalidate: "none" }));
      aws.source.write({ _redirects: "/same/* /a/:splat 302\n/kept/* /b/:splat 302\n/new/* /a/:splat 302\n" });
      const dryRun = await site.publish({ ...inputs, dryRun: "true" });
      assertSucceeded(dryRun);
      assert.deepEqual(
        dryRun.log.filter((line) => line.startsWith("Would invalidate")),
        paths.length === 0
          ? []
          : [`Would invalidate in the distribution ${site.distribution.id}, after the upload: ${paths.join(", ")}`],
      );
      assert.deepEqual(await site.invalidations(), {});

      assertSucceeded(await site.publish(inputs));
      const wanted = paths.length === 0 ? [] : [paths];
      assert.deepEqual(Object.values(await site.invalidations()), wanted);
      assertSucceeded(await site.publish(inputs));
      assert.deepEqual(Object.values(await site.invalidations()), wanted, "a second run changes nothing");
    });
  }

  it("names the first of many paths in the log, and all in the plan file", async () => {
    const pages = (content: string) =>
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`page-${index}.html`, content]));
    aws.source.write(pages("1"));
    assertSucceeded(await site.publish());
    aws.source.write(pages("2"));
    const result = await site.publish({ dryRun: "true" });
    const [line = ""] = result.log.filter((each) => each.startsWith("Would invalidate"));
    assert.match(line, /, after the upload: (\/page-\d+\.html, ){20}and 10 more$/);
    const [planned] = invalidationsPlanned(result);
    assert.deepEqual(
      planned?.paths,
      Object.keys(pages("2"))
        .map((name) => `/${name}`)
        .sort(),
    );
  });

  describe("has the caches let go of errors at the paths of new pages", () => {
    const NEW = { "late.html": "late", "app.3f2a1b9c0d4e5f6a7b8c.js": "app()" };
    const distributions: [title: string, changes: Partial<DistributionConfig>, paths: string[][]][] = [
      ["where it keeps them for five minutes", { CustomErrorResponses: errorsKeptFor(300) }, [["/late.html"]]],
      ["and not where it keeps them for as long as by default", { CustomErrorResponses: errorsKeptFor(10) }, []],
    ];
    for (const [title, changes, paths] of distributions) {
      it(title, async () => {
        site.distribution = await aws.account.createDistribution(site.origin, changes);
        assertSucceeded(await site.publish({ invalidate: "none" }));
        aws.source.write(NEW);
        assertSucceeded(await site.publish());
        assert.deepEqual(Object.values(await site.invalidations()), paths);
      });
    }
  });

  it("prints the change that a single-page app needs, and does not make it", async () => {
    const result = await site.publish({ singlePageApp: "true" });
    assert.equal(result.result, "Succeeded");
    assert.deepEqual(errorsOf(result), [
      `For a single-page app, the CloudFront distribution ${site.distribution.id} must answer 403 and 404 with /index.html and the status 200. The step does not change it. These commands (bash, jq) change it: [distribution-settings-incomplete]`,
    ]);
    const commands = result.log.filter((line) => line.includes("aws cloudfront"));
    assert.equal(commands.length, 3);
    assert.match(
      commands[1] ?? "",
      /"ErrorCode":403,"ResponsePagePath":"\/index.html","ResponseCode":"200".+"ErrorCode":404,/,
    );
    assert.deepEqual(errorsOf(await site.publish({ singlePageApp: "true" })), errorsOf(result), "it still lacks it");
  });

  it("has nothing to say to a single-page app whose distribution answers every path", async () => {
    const answer = { ResponsePagePath: "/index.html", ResponseCode: "200", ErrorCachingMinTTL: 10 };
    const Items = [403, 404].map((ErrorCode) => ({ ErrorCode, ...answer }));
    site.distribution = await aws.account.createDistribution(site.origin, {
      CustomErrorResponses: { Quantity: 2, Items },
    });
    assertSucceeded(await site.publish({ singlePageApp: "true" }));
  });

  const refusals: [title: string, id: () => Promise<string>, message: (id: string) => string][] = [
    [
      "that does not show the bucket",
      async () => (await aws.account.createDistribution("another.s3.us-east-1.amazonaws.com")).id,
      (id) =>
        `The CloudFront distribution ${id} has no origin that is the bucket "${site.bucketName}": check cloudFrontDistributionId and bucketName, or add the bucket to the distribution's origins. [distribution-origin-wrong]`,
    ],
    [
      "that is not there",
      async () => "E2EXAMPLE1ABCD",
      (id) =>
        `Reading the CloudFront distribution ${id} failed: The specified distribution does not exist (404 NoSuchDistribution). Check cloudFrontDistributionId: the account of awsCredentials has no distribution "${id}". Enter the ID, for example E1A2B3C4D5E6F7, and not the domain name. [distribution-not-found]`,
    ],
  ];
  for (const [title, idOf, message] of refusals) {
    it(`stores nothing behind a distribution ${title}`, async () => {
      const id = await idOf();
      assertFailed(await site.publish({ cloudFrontDistributionId: id }), [message(id)]);
      assert.deepEqual(aws.writes(), []);
    });
  }
});

/** What a distribution answers for missing pages, and for how many seconds it keeps that. */
function errorsKeptFor(ErrorCachingMinTTL: number): DistributionConfig["CustomErrorResponses"] {
  const answer = { ResponsePagePath: "/404.html", ResponseCode: "404", ErrorCachingMinTTL };
  return { Quantity: 2, Items: [403, 404].map((ErrorCode) => ({ ErrorCode, ...answer })) };
}

function invalidationsPlanned(result: StepResult): readonly PlannedInvalidation[] {
  return JSON.parse(readFileSync(outputsOf(result).planFile ?? "", "utf8")).cloudFront.invalidations;
}
