import assert from "node:assert/strict";
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";
import {
  allow,
  ask,
  deny,
  policyText,
  publicBucket,
  putPolicy,
  type Statement,
  unblockedBucket,
} from "./public-bucket.ts";

const denied = { status: 403, code: "AccessDenied" };
const malformed = { status: 400, code: "MalformedPolicy" };
const missing = { status: 404, code: "NoSuchBucketPolicy" };

async function policyOf({ client }: Subject, bucket: string): Promise<unknown> {
  const { Policy = "" } = await client.send(new GetBucketPolicyCommand({ Bucket: bucket }));
  return JSON.parse(Policy);
}

async function isPublic({ client }: Subject, bucket: string): Promise<boolean | undefined> {
  const { PolicyStatus } = await client.send(new GetBucketPolicyStatusCommand({ Bucket: bucket }));
  return PolicyStatus?.IsPublic;
}

function block({ client }: Subject, bucket: string, settings: Readonly<Record<string, boolean>>) {
  const PublicAccessBlockConfiguration = settings;
  return client.send(new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration }));
}

conformance("bucket policies", (behaves) => {
  behaves("keeps the policy of a bucket as it was put, and deletes it", async (subject) => {
    const { client } = subject;
    const bucket = await unblockedBucket(subject);
    assert.deepEqual(await refusalOf(policyOf(subject, bucket)), missing);
    await putPolicy(subject, bucket, { Sid: "first", ...allow("s3:GetObject", `${bucket}/*`) });
    await putPolicy(subject, bucket, { Sid: "second", ...allow("s3:GetObject", `${bucket}/*`) });
    assert.deepEqual(await policyOf(subject, bucket), {
      Version: "2012-10-17",
      Statement: [{ Sid: "second", ...allow("s3:GetObject", `${bucket}/*`) }],
    });
    await client.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    await client.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    assert.deepEqual(await refusalOf(policyOf(subject, bucket)), missing);
  });

  const account = { AWS: "arn:aws:iam::111122223333:root" };
  const publicity: readonly (readonly [what: string, more: Statement, isPublic: boolean])[] = [
    ["everybody", {}, true],
    ["everybody by AWS: *", { Principal: { AWS: "*" } }, true],
    ["one account", { Principal: account }, false],
    ["everybody in a range of addresses", conditional("IpAddress", "aws:SourceIp", "192.0.2.0/24"), false],
    ["everybody in all addresses", conditional("IpAddress", "aws:SourceIp", "0.0.0.0/0"), true],
    ["everybody on behalf of one account", conditional("StringEquals", "aws:SourceAccount", "111122223333"), false],
    [
      "everybody with a header of their choice",
      conditional("StringLike", "aws:Referer", "https://example.com/*"),
      true,
    ],
  ];
  for (const [what, more, expected] of publicity) {
    const title = `calls a policy for ${what} ${expected ? "public" : "not public"}`;
    behaves(title, async (subject) => {
      const bucket = await unblockedBucket(subject);
      await putPolicy(subject, bucket, { ...allow("s3:GetObject", `${bucket}/*`), ...more });
      assert.equal(await isPublic(subject, bucket), expected);
    });
  }

  behaves("tells no status of a policy that is not there", async (subject) => {
    assert.deepEqual(await refusalOf(isPublic(subject, await unblockedBucket(subject))), missing);
  });

  behaves("refuses a public policy while these are blocked, as in a new bucket", async (subject) => {
    const bucket = await subject.target.newBucket();
    const put = () => putPolicy(subject, bucket, allow("s3:GetObject", `${bucket}/*`));
    assert.deepEqual(await refusalOf(put()), denied);
    await block(subject, bucket, { BlockPublicAcls: true, IgnorePublicAcls: true, RestrictPublicBuckets: true });
    await put();
  });

  behaves("takes a policy that lets nobody in while public ones are blocked", async (subject) => {
    const bucket = await subject.target.newBucket();
    await block(subject, bucket, { BlockPublicPolicy: true });
    await putPolicy(subject, bucket, deny("s3:GetObject", `${bucket}/*`));
    assert.equal(await isPublic(subject, bucket), false);
  });

  behaves("keeps the public out of a bucket whose access is restricted, whatever its policy says", async (subject) => {
    const { client, target } = subject;
    const bucket = await publicBucket(subject);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "body" }));
    assert.equal((await ask(target.url, `/${bucket}/k`)).status, 200);
    await block(subject, bucket, { RestrictPublicBuckets: true });
    assert.equal((await ask(target.url, `/${bucket}/k`)).status, 403);
  });
});

conformance("malformed bucket policies", (behaves) => {
  const refusals: readonly (readonly [what: string, text: (bucket: string) => string])[] = [
    ["that is not JSON", () => "policy"],
    ["that breaks off", () => "{"],
    ["without a statement", () => policyText()],
    ["of a version that there never was", (bucket) => changed(bucket, {}, { Version: "2020-01-01" })],
    ["with an element that there is not", (bucket) => changed(bucket, { Effects: "Allow" })],
    ["with an effect that there is not", (bucket) => changed(bucket, { Effect: "Permit" })],
    ["for nobody", (bucket) => changed(bucket, { Principal: undefined })],
    ["for somebody who is not to be understood", (bucket) => changed(bucket, { Principal: { AWS: "somebody" } })],
    ["of no action", (bucket) => changed(bucket, { Action: undefined })],
    ["of an action of another service", (bucket) => changed(bucket, { Action: "ec2:RunInstances" })],
    ["for another bucket", (bucket) => changed(bucket, { Resource: "arn:aws:s3:::another-bucket/*" })],
    ["for what is no resource of S3", (bucket) => changed(bucket, { Resource: `${bucket}/*` })],
    ["that lets objects be listed", (bucket) => changed(bucket, { Action: "s3:ListBucket" })],
    ["that lets the bucket be read", (bucket) => changed(bucket, { Resource: `arn:aws:s3:::${bucket}` })],
  ];
  for (const [what, text] of refusals) {
    behaves(`refuses a policy ${what}`, async (subject) => {
      const bucket = await unblockedBucket(subject);
      const put = subject.client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: text(bucket) }));
      assert.deepEqual(await refusalOf(put), malformed);
    });
  }
});

function conditional(operator: string, key: string, value: string): Statement {
  return { Condition: { [operator]: { [key]: value } } };
}

/** A policy that would do, but for what is changed in its statement, or in itself. */
function changed(bucket: string, statement: Statement, policy: Statement = {}): string {
  const Statement = [{ ...allow("s3:GetObject", `${bucket}/*`), ...statement }];
  return JSON.stringify({ Version: "2012-10-17", Statement, ...policy });
}
