import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PutBucketEncryptionCommand } from "@aws-sdk/client-s3";
import { ownerAccountId } from "../../../local/s3/server.ts";
import { sendRaw } from "../../conformance/raw-request.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";

describe("The account of the embedded S3 server", () => {
  let target: EmbeddedTarget;
  let bucket: string;

  beforeEach(async () => {
    target = await startEmbeddedTarget();
    bucket = await target.newBucket();
  });

  afterEach(() => target.stop());

  async function put(headers: Record<string, string>) {
    const { status, error } = await sendRaw(target, { method: "PUT", path: `/${bucket}/k`, body: "body", headers });
    return [status, error.Code];
  }

  it("owns all buckets", async () => {
    assert.deepEqual(await put({ "x-amz-expected-bucket-owner": ownerAccountId }), [200, undefined]);
    assert.deepEqual(await put({ "x-amz-expected-bucket-owner": "999999999999" }), [403, "AccessDenied"]);
    const noId = await put({ "x-amz-expected-bucket-owner": "somebody" });
    assert.deepEqual(noId, [400, "InvalidBucketOwnerAWSAccountID"]);
  });

  it("owns the keys of AWS KMS, whether they are named by id, alias or not at all", async () => {
    const keyOf = async (name?: string) => {
      const { headers } = await sendRaw(target, {
        method: "PUT",
        path: `/${bucket}/k`,
        body: "body",
        headers: {
          "x-amz-server-side-encryption": "aws:kms",
          ...(name !== undefined && { "x-amz-server-side-encryption-aws-kms-key-id": name }),
        },
      });
      return String(headers["x-amz-server-side-encryption-aws-kms-key-id"]);
    };
    const prefix = `arn:aws:kms:${target.region}:${ownerAccountId}:`;
    assert.equal(await keyOf("1234abcd"), `${prefix}key/1234abcd`);
    assert.equal(await keyOf(`${prefix}key/1234abcd`), `${prefix}key/1234abcd`);
    assert.equal(await keyOf("alias/mine"), await keyOf(`${prefix}alias/mine`));
    assert.equal(await keyOf(), await keyOf("alias/aws/s3"));
    assert.notEqual(await keyOf(), await keyOf("alias/mine"));
  });

  it("can block customers' keys in a bucket", async () => {
    const key = createHash("sha256").update("key").digest();
    const prefix = "x-amz-server-side-encryption-customer";
    const headers = {
      [`${prefix}-algorithm`]: "AES256",
      [`${prefix}-key`]: key.toString("base64"),
      [`${prefix}-key-md5`]: createHash("md5").update(key).digest("base64"),
    };
    assert.deepEqual(await put(headers), [200, undefined]);
    const Rules = [{ BlockedEncryptionTypes: { EncryptionType: ["SSE-C" as const] } }];
    const block = new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration: { Rules } });
    await target.client().send(block);
    assert.deepEqual(await put(headers), [403, "AccessDenied"]);
  });
});
