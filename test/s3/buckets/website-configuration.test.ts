import assert from "node:assert/strict";
import { NOT_S3, ServiceError } from "../../../src/aws/errors/errors.ts";
import {
  getWebsiteConfiguration,
  putWebsiteConfiguration,
  type WebsiteConfiguration,
} from "../../../src/s3/buckets/website-configuration.ts";
import { answeringBucket, targetSuite } from "../open-target.ts";

const configurations: readonly [title: string, configuration: WebsiteConfiguration][] = [
  ["an index document alone", { indexDocument: "index.html", routingRules: [] }],
  ["an error document in a folder", { indexDocument: "main.htm", errorDocument: "a & b/404.html", routingRules: [] }],
  [
    "routing rules",
    {
      indexDocument: "index.html",
      errorDocument: "404.html",
      routingRules: [
        {
          condition: { keyPrefix: "old/", httpErrorCode: "404" },
          redirect: { replaceKeyPrefixWith: "new/", httpRedirectCode: "302" },
        },
        {
          condition: { keyPrefix: "away/" },
          redirect: { protocol: "https", hostName: "example.com", replaceKeyWith: "x<y" },
        },
        { condition: {}, redirect: { hostName: "example.org" } },
      ],
    },
  ],
  ["another host for all requests", { redirectAllRequestsTo: { hostName: "example.com" } }],
  ["another host and protocol", { redirectAllRequestsTo: { hostName: "example.com", protocol: "https" } }],
];

describe("a bucket's website configuration", () => {
  const suite = targetSuite();

  it("is none at first", async () => {
    const bucket = await suite.newBucket();
    assert.equal(await getWebsiteConfiguration(bucket), undefined);
  });

  for (const [title, configuration] of configurations) {
    it(`can be ${title}`, async () => {
      const bucket = await suite.newBucket();
      await putWebsiteConfiguration(bucket, configuration);
      assert.deepEqual(await getWebsiteConfiguration(bucket), configuration);
    });
  }

  it("can take a prefix away, where the store can", async function () {
    // Ceph forgets an empty replacement, versitygw refuses it.
    if (suite.target.name !== "embedded") return this.skip();
    const bucket = await suite.newBucket();
    const rule = { condition: { keyPrefix: "gone/" }, redirect: { replaceKeyPrefixWith: "" } };
    await putWebsiteConfiguration(bucket, { indexDocument: "index.html", routingRules: [rule] });
    assert.deepEqual(await getWebsiteConfiguration(bucket), { indexDocument: "index.html", routingRules: [rule] });
  });
});

describe("the answer with a bucket's website configuration", () => {
  it("may have empty elements for what is not set", async () => {
    const answer =
      "<WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix></IndexDocument><ErrorDocument><Key/></ErrorDocument><RoutingRules/></WebsiteConfiguration>";
    assert.deepEqual(await getWebsiteConfiguration(answeringBucket(answer).bucket), {
      indexDocument: "i.html",
      routingRules: [],
    });
  });

  it("must be the one that S3 gives", async () => {
    for (const answer of ["<html></html>", "<WebsiteConfiguration></WebsiteConfiguration>"]) {
      await assert.rejects(
        getWebsiteConfiguration(answeringBucket(answer).bucket),
        (error) => error instanceof ServiceError && error.awsCode === NOT_S3,
      );
    }
  });
});
