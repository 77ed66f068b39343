import assert from "node:assert/strict";
import {
  DeletePublicAccessBlockCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { websiteOperation } from "../../../local/s3/server.ts";
import { allow, ask, policyText } from "../../conformance/public-bucket.ts";
import { type EmbeddedTarget, startEmbeddedTarget, type Website } from "../../target.ts";

describe("A website of the embedded S3 server", () => {
  let target: EmbeddedTarget;
  let bucket: string;
  let site: Website;

  beforeEach(async () => {
    target = await startEmbeddedTarget();
    bucket = await target.newBucket();
    const client = target.client();
    const Policy = policyText(allow("s3:GetObject", `${bucket}/*`));
    await client.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }));
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    const WebsiteConfiguration = { IndexDocument: { Suffix: "index.html" } };
    await client.send(new PutBucketWebsiteCommand({ Bucket: bucket, WebsiteConfiguration }));
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "index.html", Body: "home" }));
    site = await target.openWebsite(bucket);
    target.server.clearRequests();
  });

  afterEach(() => target.stop());

  it("has its visitors in the log of requests, told from users of S3", async () => {
    await ask(site.url, "/?from=test");
    await ask(site.url, "/absent", { method: "HEAD" });
    assert.deepEqual(
      target.server.requests.map(({ operation, method, key, query, status, errorCode }) => {
        return { operation, method, bucket, key, query, status, errorCode };
      }),
      [
        { method: "GET", key: undefined, query: { from: "test" }, status: 200, errorCode: undefined },
        { method: "HEAD", key: "absent", query: {}, status: 404, errorCode: "NoSuchKey" },
      ].map((seen) => ({ operation: websiteOperation, bucket, ...seen })),
    );
  });

  it("can go wrong for its visitors alone, and tells so by a page", async () => {
    const action = { kind: "status", status: 503, code: "SlowDown", message: "Please <reduce>." } as const;
    target.server.addFault({ match: { operation: websiteOperation }, times: 1, action });
    await target.client().send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "body" }));
    const { status, headers, body } = await ask(site.url, "/");
    assert.deepEqual([status, headers["content-type"]], [503, "text/html; charset=utf-8"]);
    assert.equal(
      body,
      `<html>
<head><title>503 Service Unavailable</title></head>
<body>
<h1>503 Service Unavailable</h1>
<ul>
<li>Code: SlowDown</li>
<li>Message: Please &lt;reduce&gt;.</li>
<li>RequestId: ${headers["x-amz-request-id"]}</li>
<li>HostId: ${headers["x-amz-id-2"]}</li>
</ul>
<hr/>
</body>
</html>
`,
    );
    assert.equal((await ask(site.url, "/")).body, "home");
  });

  it("refuses an address that is no UTF-8, by a page", async () => {
    const { status, body } = await ask(site.url, "/%ff");
    assert.equal(status, 400);
    assert.match(body, /<li>Code: InvalidURI<\/li>/);
  });

  it("keeps the query of the address that it redirects from", async () => {
    const RoutingRules = [{ Condition: { KeyPrefixEquals: "old" }, Redirect: { ReplaceKeyWith: "new" } }];
    const WebsiteConfiguration = { IndexDocument: { Suffix: "index.html" }, RoutingRules };
    await target.client().send(new PutBucketWebsiteCommand({ Bucket: bucket, WebsiteConfiguration }));
    assert.equal((await ask(site.url, "/old?a=b%20c")).headers.location, `${site.url}/new?a=b%20c`);
  });

  it("does not show what is encrypted under a key of AWS KMS", async () => {
    const put = { Bucket: bucket, Key: "kms", Body: "body", ServerSideEncryption: "aws:kms" as const };
    await target.client().send(new PutObjectCommand(put));
    assert.equal((await ask(site.url, "/kms")).status, 400);
  });

  it("can be opened twice and closed by itself", async () => {
    const other = await target.openWebsite(bucket);
    await other.close();
    await assert.rejects(ask(other.url, "/"), { code: "ECONNREFUSED" });
    assert.equal((await ask(site.url, "/")).status, 200);
  });

  it("ends with its server", async () => {
    await target.server.close();
    await assert.rejects(ask(site.url, "/"), { code: "ECONNREFUSED" });
  });
});
