import assert from "node:assert/strict";
import {
  CreateDistributionCommand,
  type DistributionConfig,
  ListInvalidationsCommand,
  type Origin,
} from "@aws-sdk/client-cloudfront";
import { readDistribution, type SiteOrigin } from "../../../src/site/cloudfront/distribution.ts";
import { invalidate } from "../../../src/site/cloudfront/invalidation.ts";
import { type MotoControlPlane, startMoto } from "../control-plane/moto-control-plane.ts";

const { signal } = new AbortController();

describe("a distribution, against moto", function () {
  this.timeout(120_000);
  let moto: MotoControlPlane | undefined;
  before(async function () {
    moto = await startMoto(this);
  });
  after(() => moto?.close());

  let count = 0;

  async function create(origins: readonly Origin[], changes: Partial<DistributionConfig> = {}): Promise<string> {
    const config: DistributionConfig = {
      CallerReference: `test-${++count}`,
      Comment: "",
      Enabled: true,
      Origins: { Quantity: origins.length, Items: [...origins] },
      DefaultCacheBehavior: { TargetOriginId: origins[0]?.Id, ViewerProtocolPolicy: "allow-all" },
      ...changes,
    };
    const created = await moto?.cloudFront.send(new CreateDistributionCommand({ DistributionConfig: config }));
    return created?.Distribution?.Id ?? "";
  }

  const s3Origin = (Id: string, DomainName: string, OriginPath = ""): Origin => ({
    Id,
    DomainName,
    OriginPath,
    S3OriginConfig: { OriginAccessIdentity: "" },
  });
  const read = (id: string, site: SiteOrigin) =>
    readDistribution((moto as MotoControlPlane).controlPlane, id, site, signal);

  it("is read with all that a publish goes by", async () => {
    const id = await create([s3Origin("bucket", "site.s3.eu-central-1.amazonaws.com", "/live")], {
      Aliases: { Quantity: 1, Items: ["WWW.example.com"] },
      DefaultRootObject: "index.html",
      IsIPV6Enabled: true,
      CustomErrorResponses: {
        Quantity: 1,
        Items: [{ ErrorCode: 404, ResponsePagePath: "/404.html", ResponseCode: "404", ErrorCachingMinTTL: 60 }],
      },
    });
    const { domainName, ...distribution } = await read(id, {
      bucketName: "site",
      prefix: "live/docs/",
    });
    assert.match(domainName, /\.cloudfront\.net$/);
    assert.deepEqual(distribution, {
      id,
      aliases: ["www.example.com"],
      isIpv6Enabled: true,
      originKind: "rest",
      originPath: "/live",
      sitePath: "/docs/",
      defaultRootObject: "index.html",
      customErrorResponses: [
        { errorCode: 404, responsePagePath: "/404.html", responseStatus: 404, cachingMinTtlSeconds: 60 },
      ],
    });
  });

  it("shows the site by its website endpoint", async () => {
    const id = await create([
      {
        Id: "website",
        DomainName: "site.s3-website.eu-central-1.amazonaws.com",
        OriginPath: "",
        CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: "http-only" },
      },
    ]);
    const { originKind, sitePath } = await read(id, { bucketName: "site", prefix: "" });
    assert.deepEqual({ originKind, sitePath }, { originKind: "website", sitePath: "/" });
  });

  it("shows the site by the origin whose path leads there", async () => {
    const host = "site.s3.amazonaws.com";
    const id = await create([s3Origin("old", host, "/v1"), s3Origin("new", host, "/v2"), s3Origin("all", host)]);
    const paths = await Promise.all(
      ["v1/", "v2/docs/", "v3/"].map(async (prefix) => (await read(id, { bucketName: "site", prefix })).sitePath),
    );
    assert.deepEqual(paths, ["/", "/docs/", "/v3/"]);
  });

  const refusals: [title: string, id: () => Promise<string>, message: RegExp][] = [
    [
      "that is not there is told",
      async () => "E404",
      /^Reading the CloudFront distribution E404 failed: .+ \(404 NoSuchDistribution, request id \w+\)\. Check cloudFrontDistributionId: /,
    ],
    [
      "that is disabled is told",
      () => create([s3Origin("bucket", "site.s3.amazonaws.com")], { Enabled: false }),
      /^The CloudFront distribution \w+ is disabled, so visitors cannot see the site\. Enable it, or leave cloudFrontDistributionId empty\.$/,
    ],
    [
      "of another bucket is told",
      () => create([s3Origin("bucket", "other.s3.amazonaws.com")]),
      /^The CloudFront distribution \w+ has no origin that is the bucket "site": check cloudFrontDistributionId and bucketName, or add /,
    ],
    [
      "whose viewers would not see the site is told",
      () => create([s3Origin("bucket", "site.s3.amazonaws.com", "/live")]),
      /^Viewers of the CloudFront distribution \w+ would not see the site: its origin path is \/live, and the site is stored under "\/liver\/"\. Set targetFolder /,
    ],
  ];
  for (const [title, id, message] of refusals) {
    it(title, async () => {
      await assert.rejects(read(await id(), { bucketName: "site", prefix: "liver/" }), { message });
    });
  }

  it("is invalidated, and nothing else is", async () => {
    const id = await create([s3Origin("bucket", "site.s3.amazonaws.com")]);
    const other = await create([s3Origin("bucket", "site.s3.amazonaws.com")]);
    const request = {
      distributionId: id,
      paths: ["/", "/a%20b.html"],
      callerReference: "build-7",
      waitsForCompletion: true,
      timeoutMs: 60_000,
    };
    const outcome = await invalidate((moto as MotoControlPlane).controlPlane, request, { signal });
    assert.equal(outcome.kind, "completed");

    const invalidations = async (DistributionId: string) =>
      (await moto?.cloudFront.send(new ListInvalidationsCommand({ DistributionId })))?.InvalidationList?.Items ?? [];
    const [ofThis, ofOther] = [await invalidations(id), await invalidations(other)];
    assert.deepEqual(
      ofThis.map(({ Id }) => Id),
      [outcome.id],
    );
    assert.deepEqual(ofOther, []);
  });
});
