import assert from "node:assert/strict";
import {
  DeleteBucketWebsiteCommand,
  GetBucketWebsiteCommand,
  PutBucketWebsiteCommand,
  type RoutingRule,
  type WebsiteConfiguration,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";

const invalidArgument = { status: 400, code: "InvalidArgument" };
const invalidRequest = { status: 400, code: "InvalidRequest" };
const malformed = { status: 400, code: "MalformedXML" };
const missing = { status: 404, code: "NoSuchWebsiteConfiguration" };
const index = { IndexDocument: { Suffix: "index.html" } };

function put({ client, bucket }: Subject, website: WebsiteConfiguration) {
  return client.send(new PutBucketWebsiteCommand({ Bucket: bucket, WebsiteConfiguration: website }));
}

async function websiteOf({ client, bucket }: Subject): Promise<WebsiteConfiguration> {
  const { $metadata, ...website } = await client.send(new GetBucketWebsiteCommand({ Bucket: bucket }));
  // No rules may also be told by an empty list.
  if (website.RoutingRules?.length === 0) delete website.RoutingRules;
  return website;
}

conformance("website configurations", (behaves) => {
  behaves("keeps the website configuration of a bucket, and deletes it", async ({ client, target }) => {
    const subject = { client, target, bucket: await target.newBucket() };
    assert.deepEqual(await refusalOf(websiteOf(subject)), missing);
    await put(subject, index);
    assert.deepEqual(await websiteOf(subject), index);
    await client.send(new DeleteBucketWebsiteCommand({ Bucket: subject.bucket }));
    assert.deepEqual(await refusalOf(websiteOf(subject)), missing);
  });

  behaves("keeps all of a website that serves", async (subject) => {
    const website: WebsiteConfiguration = {
      ...index,
      ErrorDocument: { Key: "errors/404 & more.html" },
      RoutingRules: [
        {
          Condition: { KeyPrefixEquals: "docs/", HttpErrorCodeReturnedEquals: "404" },
          Redirect: { HostName: "example.com", Protocol: "https", HttpRedirectCode: "302", ReplaceKeyPrefixWith: "d/" },
        },
        { Condition: { KeyPrefixEquals: "old" }, Redirect: { ReplaceKeyWith: "new.html" } },
      ],
    };
    await put(subject, website);
    assert.deepEqual(await websiteOf(subject), website);
  });

  behaves("keeps where a website redirects all requests to", async (subject) => {
    const website: WebsiteConfiguration = { RedirectAllRequestsTo: { HostName: "example.com", Protocol: "https" } };
    await put(subject, website);
    assert.deepEqual(await websiteOf(subject), website);
  });

  behaves("takes 50 routing rules", async (subject) => {
    const website = { ...index, RoutingRules: rules(50) };
    await put(subject, website);
    assert.deepEqual(await websiteOf(subject), website);
  });

  const refusals: readonly (readonly [what: string, website: WebsiteConfiguration, refusal: typeof malformed])[] = [
    ["51 routing rules", { ...index, RoutingRules: rules(51) }, invalidRequest],
    ["no index document", { ErrorDocument: { Key: "404.html" } }, invalidArgument],
    ["an empty index document", { IndexDocument: { Suffix: "" } }, invalidArgument],
    ["an index document in a folder", { IndexDocument: { Suffix: "pages/index.html" } }, invalidArgument],
    ["an empty error document", { ...index, ErrorDocument: { Key: "" } }, invalidArgument],
    ["pages beside a redirect of all", { ...index, RedirectAllRequestsTo: { HostName: "a.example" } }, invalidArgument],
    ["a redirect of all to nowhere", { RedirectAllRequestsTo: { HostName: "" } }, malformed],
    ["another protocol", withRule({ Redirect: { Protocol: "ftp" as "http" } }), invalidRequest],
    ["two replacements", withRule({ Redirect: { ReplaceKeyWith: "a", ReplaceKeyPrefixWith: "b" } }), invalidRequest],
    ["a redirect by 200", withRule({ Redirect: { ReplaceKeyWith: "a", HttpRedirectCode: "200" } }), invalidRequest],
    [
      "a rule for the error 200",
      withRule({ Condition: { HttpErrorCodeReturnedEquals: "200" }, Redirect: { ReplaceKeyWith: "a" } }),
      invalidRequest,
    ],
    ["a rule that leads nowhere", withRule({ Redirect: {} }), malformed],
  ];
  for (const [what, website, refusal] of refusals) {
    behaves(`refuses a website with ${what}`, async (subject) => {
      assert.deepEqual(await refusalOf(put(subject, website)), refusal);
    });
  }
});

function rules(count: number): RoutingRule[] {
  return Array.from({ length: count }, (_, i) => ({
    Condition: { KeyPrefixEquals: `old-${i}/` },
    Redirect: { ReplaceKeyPrefixWith: `new-${i}/` },
  }));
}

function withRule(rule: RoutingRule): WebsiteConfiguration {
  return { ...index, RoutingRules: [rule] };
}
