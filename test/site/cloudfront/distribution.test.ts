import assert from "node:assert/strict";
import { originKindOf } from "../../../src/site/cloudfront/distribution.ts";
import { spaChange } from "../../../src/site/cloudfront/distribution-spa.ts";
import { plainDistribution } from "./plain-distribution.ts";

describe("the origin of a distribution", () => {
  const cases: [domainName: string, bucketName: string, kind: "rest" | "website" | undefined][] = [
    ["site.s3.amazonaws.com", "site", "rest"],
    ["site.s3.eu-central-1.amazonaws.com", "site", "rest"],
    ["Site.S3.eu-central-1.amazonaws.com", "site", "rest"],
    ["site.s3-eu-west-1.amazonaws.com", "site", "rest"],
    ["site.s3.dualstack.eu-west-1.amazonaws.com", "site", "rest"],
    ["site.s3-fips.dualstack.us-east-1.amazonaws.com", "site", "rest"],
    ["site.s3.cn-north-1.amazonaws.com.cn", "site", "rest"],
    ["www.example.com.s3.amazonaws.com", "www.example.com", "rest"],
    ["site.s3-website-us-east-1.amazonaws.com", "site", "website"],
    ["site.s3-website.eu-central-1.amazonaws.com", "site", "website"],
    ["www.example.com.s3-website.cn-north-1.amazonaws.com.cn", "www.example.com", "website"],
    ["other.s3.amazonaws.com", "site", undefined],
    ["my.site.s3.amazonaws.com", "site", undefined],
    ["site.s3.amazonaws.com", "site.s3", undefined],
    ["site.s3.amazonaws.com.example.com", "site", undefined],
    ["site.example.com", "site", undefined],
  ];
  for (const [domainName, bucketName, kind] of cases) {
    it(`${domainName} is ${kind ? `the ${kind} endpoint` : "no endpoint"} of the bucket ${bucketName}`, () => {
      assert.equal(originKindOf(domainName, bucketName), kind);
    });
  }
});

describe("a distribution that is to show a single-page app", () => {
  const index = { responsePagePath: "/index.html", responseStatus: 200 };

  it("needs no change where it answers 403 and 404 with the index", () => {
    const customErrorResponses = [
      { errorCode: 403, ...index },
      { errorCode: 404, ...index, cachingMinTtlSeconds: 0 },
    ];
    assert.equal(spaChange({ ...plainDistribution, customErrorResponses }, "index.html"), undefined);
  });

  it("needs the change that is told, and keeps what else it answers", () => {
    const customErrorResponses = [
      { errorCode: 500, responsePagePath: "/it's.html", responseStatus: 500, cachingMinTtlSeconds: 5 },
      { errorCode: 404, responsePagePath: "/index.html", responseStatus: 404 },
      { errorCode: 403, ...index },
    ];
    assert.deepEqual(spaChange({ ...plainDistribution, customErrorResponses }, "index.html"), [
      "For a single-page app, the CloudFront distribution E1 must answer 404 with /index.html and the status 200. The step does not change it. These commands (bash, jq) change it:",
      "etag=$(aws cloudfront get-distribution-config --id E1 --query ETag --output text)",
      `aws cloudfront get-distribution-config --id E1 --query DistributionConfig | jq --argjson responses '{"Quantity":3,"Items":[{"ErrorCode":403,"ResponsePagePath":"/index.html","ResponseCode":"200"},{"ErrorCode":404,"ResponsePagePath":"/index.html","ResponseCode":"200","ErrorCachingMinTTL":10},{"ErrorCode":500,"ResponsePagePath":"/it'\\''s.html","ResponseCode":"500","ErrorCachingMinTTL":5}]}' '.CustomErrorResponses = $responses' > distribution.json`,
      'aws cloudfront update-distribution --id E1 --if-match "$etag" --distribution-config file://distribution.json',
    ]);
  });

  it("answers with the index of the site, where that is in a folder", () => {
    const [first] = spaChange({ ...plainDistribution, sitePath: "/app/" }, "start.html") ?? [];
    assert.match(first ?? "", /answer 403 and 404 with \/app\/start\.html and the status 200/);
  });
});
