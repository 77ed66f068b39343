import assert from "node:assert/strict";
import {
  DeletePublicAccessBlockCommand,
  GetBucketPolicyStatusCommand,
  GetPublicAccessBlockCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { ownerAccountId, type S3ServerOptions } from "../../../local/s3/server.ts";
import { refusalOf } from "../../conformance/conformance.ts";
import { allow, ask, policyText } from "../../conformance/public-bucket.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";

const denied = { status: 403, code: "AccessDenied" };
const onlyAclsBlocked = { BlockPublicAcls: true, IgnorePublicAcls: true };

describe("Public access to the embedded S3 server", () => {
  let target: EmbeddedTarget;
  let bucket: string;

  async function start(options: S3ServerOptions = {}): Promise<void> {
    target = await startEmbeddedTarget(options);
    bucket = await target.newBucket();
  }

  afterEach(() => target.stop());

  function unblock() {
    const settings = { Bucket: bucket, PublicAccessBlockConfiguration: onlyAclsBlocked };
    return target.client().send(new PutPublicAccessBlockCommand(settings));
  }

  function publish(partition = "aws") {
    const Policy = policyText(allow("s3:GetObject", `${bucket}/*`)).replace("arn:aws:", `arn:${partition}:`);
    return target.client().send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  }

  it("is refused as Amazon S3 refuses it", async () => {
    await start();
    const message = `User: arn:aws:iam::${ownerAccountId}:root is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${bucket}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`;
    await assert.rejects(publish(), { name: "AccessDenied", message });
  });

  it("stays blocked by the account, whatever the bucket says, and the bucket does not tell", async () => {
    await start({ accountBlock: { BlockPublicPolicy: true } });
    await unblock();
    assert.deepEqual(await refusalOf(publish()), denied);
    const own = await target.client().send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
    assert.equal(own.PublicAccessBlockConfiguration?.BlockPublicPolicy, false);
  });

  it("is blocked by an account that restricts public buckets, under a policy too", async () => {
    await start({ accountBlock: { RestrictPublicBuckets: true } });
    await unblock();
    await publish();
    await target.client().send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "body" }));
    assert.equal((await ask(target.url, `/${bucket}/k`)).status, 403);
  });

  it("is blocked by an account that ignores public ACLs", async () => {
    await start({ accountBlock: { IgnorePublicAcls: true } });
    const client = target.client();
    const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
    await client.send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls }));
    await client.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }));
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "body", ACL: "public-read" }));
    assert.equal((await ask(target.url, `/${bucket}/k`)).status, 403);
  });

  it("is granted late where a change of the block spreads", async () => {
    await start({ refusalsAfterBlockChange: 2 });
    await unblock();
    assert.deepEqual([await refusalOf(publish()), await refusalOf(publish())], [denied, denied]);
    await publish();
    await publish();
  });

  it("takes policies in the partition of its region alone", async () => {
    await start({ region: "cn-north-1" });
    await unblock();
    assert.deepEqual(await refusalOf(publish()), { status: 400, code: "MalformedPolicy" });
    await publish("aws-cn");
  });

  it("gives nobody unknown what is encrypted under a key of AWS KMS", async () => {
    await start();
    await unblock();
    await publish();
    const put = { Bucket: bucket, Key: "k", Body: "body", ServerSideEncryption: "aws:kms" as const };
    await target.client().send(new PutObjectCommand(put));
    const { status, error } = await ask(target.url, `/${bucket}/k`);
    assert.deepEqual([status, error.Code], [400, "InvalidArgument"]);
  });

  it("is not set up in a bucket of another account than the one that is expected", async () => {
    await start();
    const client = target.client();
    const requests = (account: string) => {
      const to = { Bucket: bucket, ExpectedBucketOwner: account };
      const website = { IndexDocument: { Suffix: "index.html" } };
      return [
        () => client.send(new PutPublicAccessBlockCommand({ ...to, PublicAccessBlockConfiguration: onlyAclsBlocked })),
        () => client.send(new PutBucketPolicyCommand({ ...to, Policy: policyText(allow("s3:*", `${bucket}*`)) })),
        () => client.send(new GetBucketPolicyStatusCommand(to)),
        () => client.send(new PutBucketWebsiteCommand({ ...to, WebsiteConfiguration: website })),
      ];
    };
    for (const request of requests("999999999999")) assert.deepEqual(await refusalOf(request()), denied);
    for (const request of requests(ownerAccountId)) await request();
  });
});
