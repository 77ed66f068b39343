import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  copySourceKeyHeaders,
  customerKeyHeaders,
  type Encryption,
  encryptionHeaders,
} from "../../src/s3/encryption.ts";

const key = Buffer.alloc(32, 7);
const customer: Encryption = { kind: "customer", key };
const sse = "x-amz-server-side-encryption";

describe("encryption headers", () => {
  it("say how an object is to be encrypted", () => {
    assert.deepEqual(encryptionHeaders(undefined), {});
    assert.deepEqual(encryptionHeaders({ kind: "s3" }), { [sse]: "AES256" });
    assert.deepEqual(encryptionHeaders({ kind: "kms", algorithm: "aws:kms", keyId: "k", bucketKey: true }), {
      [sse]: "aws:kms",
      [`${sse}-aws-kms-key-id`]: "k",
      [`${sse}-bucket-key-enabled`]: "true",
    });
    assert.deepEqual(encryptionHeaders({ kind: "kms", algorithm: "aws:kms:dsse", bucketKey: false }), {
      [sse]: "aws:kms:dsse",
    });
  });

  it("bring a customer's key along, with its MD5", () => {
    const expected = (prefix: string) => ({
      [`${prefix}-algorithm`]: "AES256",
      [`${prefix}-key`]: key.toString("base64"),
      [`${prefix}-key-md5`]: createHash("md5").update(key).digest("base64"),
    });
    assert.deepEqual(encryptionHeaders(customer), expected(`${sse}-customer`));
    assert.deepEqual(customerKeyHeaders(customer), expected(`${sse}-customer`));
    assert.deepEqual(copySourceKeyHeaders(customer), expected("x-amz-copy-source-server-side-encryption-customer"));
    assert.deepEqual({ ...customerKeyHeaders({ kind: "s3" }), ...copySourceKeyHeaders(undefined) }, {});
  });
});
