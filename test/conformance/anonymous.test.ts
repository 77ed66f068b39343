import assert from "node:assert/strict";
import { PutBucketOwnershipControlsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { conformance, type Subject } from "./conformance.ts";
import { allow, ask, deny, publicBucket, putPolicy, type Statement, unblockedBucket } from "./public-bucket.ts";

/** A bucket with the objects `k` and `folder/k`, whose policy is made of statements. */
async function bucketWith(subject: Subject, statements: (bucket: string) => readonly Statement[]): Promise<string> {
  const bucket = await unblockedBucket(subject);
  for (const Key of ["k", "folder/k"]) {
    await subject.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
  }
  const policy = statements(bucket);
  if (policy.length > 0) await putPolicy(subject, bucket, ...policy);
  return bucket;
}

/** Statuses of anonymous requests: to read `k`, to read `folder/k`, and to list. */
async function statuses({ target }: Subject, bucket: string): Promise<readonly number[]> {
  const paths = [`/${bucket}/k`, `/${bucket}/folder/k`, `/${bucket}?list-type=2`];
  return Promise.all(paths.map(async (path) => (await ask(target.url, path)).status));
}

conformance("anonymous requests", (behaves) => {
  const rights: readonly (readonly [
    title: string,
    statements: (bucket: string) => readonly Statement[],
    expected: readonly [k: number, folder: number, list: number],
  ])[] = [
    ["lets nobody unknown do anything without a policy", () => [], [403, 403, 403]],
    ["lets everybody read what the policy says", (bucket) => [allow("s3:GetObject", `${bucket}/k`)], [200, 403, 403]],
    ["understands a folder", (bucket) => [allow("s3:GetObject", `${bucket}/folder/*`)], [403, 200, 403]],
    ["understands a question mark", (bucket) => [allow("s3:GetObject", `${bucket}/?`)], [200, 403, 403]],
    ["understands wildcards in actions", (bucket) => [allow("s3:Get*", `${bucket}/*`)], [200, 200, 403]],
    ["understands all actions", (bucket) => [allow("s3:*", `${bucket}*`)], [200, 200, 200]],
    [
      "understands everybody as AWS: *",
      (bucket) => [{ ...allow("s3:GetObject", `${bucket}/*`), Principal: { AWS: ["*"] } }],
      [200, 200, 403],
    ],
    ["lets everybody list", (bucket) => [allow("s3:ListBucket", bucket)], [403, 403, 200]],
    [
      "denies what is allowed too",
      (bucket) => [deny("s3:GetObject", `${bucket}/folder/*`), allow("s3:GetObject", `${bucket}/*`)],
      [200, 403, 403],
    ],
    [
      "lets nobody unknown in by a statement for one account",
      (bucket) => [{ ...allow("s3:GetObject", `${bucket}/*`), Principal: { AWS: "arn:aws:iam::111122223333:root" } }],
      [403, 403, 403],
    ],
    [
      "lets nobody in under a condition that does not hold",
      (bucket) => [
        { ...allow("s3:GetObject", `${bucket}/*`), Condition: { IpAddress: { "aws:SourceIp": "192.0.2.1/32" } } },
      ],
      [403, 403, 403],
    ],
    [
      "denies what comes without TLS",
      (bucket) => [
        allow("s3:GetObject", `${bucket}/*`),
        { ...deny("s3:GetObject", `${bucket}/k`), Condition: { Bool: { "aws:SecureTransport": "false" } } },
      ],
      [403, 200, 403],
    ],
  ];
  for (const [title, statements, expected] of rights) {
    behaves(title, async (subject) => {
      assert.deepEqual(await statuses(subject, await bucketWith(subject, statements)), expected);
    });
  }

  behaves("answers an anonymous reader as one who signs", async (subject) => {
    const { client, target } = subject;
    const bucket = await publicBucket(subject);
    const about = { CacheControl: "no-cache", ContentType: "text/plain", Metadata: { by: "test" } };
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "body", ...about }));
    const get = await ask(target.url, `/${bucket}/k`);
    const head = await ask(target.url, `/${bucket}/k`, { method: "HEAD" });
    const facts = ({ status, headers }: typeof get) => [
      status,
      ...["content-type", "content-length", "cache-control", "x-amz-meta-by"].map((name) => headers[name]),
    ];
    assert.deepEqual([...facts(get), get.body], [200, "text/plain", "4", "no-cache", "test", "body"]);
    assert.deepEqual(facts(head), facts(get));
  });

  behaves("hides from those who may not list whether an object is there", async (subject) => {
    const bucket = await publicBucket(subject);
    const { status, error } = await ask(subject.target.url, `/${bucket}/absent`);
    assert.deepEqual([status, error.Code], [403, "AccessDenied"]);
  });

  behaves("tells those who may list that an object is not there", async (subject) => {
    const read = (bucket: string) => [allow("s3:GetObject", `${bucket}/*`), allow("s3:ListBucket", bucket)];
    const bucket = await bucketWith(subject, read);
    const { status, error } = await ask(subject.target.url, `/${bucket}/absent`);
    assert.deepEqual([status, error.Code], [404, "NoSuchKey"]);
  });

  behaves("lets nobody unknown write, or read a policy", async (subject) => {
    const bucket = await publicBucket(subject);
    const { url } = subject.target;
    const answers = [
      await ask(url, `/${bucket}/new`, { method: "PUT" }),
      await ask(url, `/${bucket}/k`, { method: "DELETE" }),
      await ask(url, `/${bucket}?policy`),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [403, 403, 403],
    );
  });

  behaves("lets everybody read an object whose ACL says so", async (subject) => {
    const { client, target } = subject;
    const bucket = await unblockedBucket(subject);
    const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
    // A server that does not know object ownership has ACLs anyway.
    await client
      .send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls }))
      .catch(() => undefined);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "open", Body: "body", ACL: "public-read" }));
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "closed", Body: "body" }));
    assert.equal((await ask(target.url, `/${bucket}/open`)).status, 200);
    assert.equal((await ask(target.url, `/${bucket}/closed`)).status, 403);
  });
});
