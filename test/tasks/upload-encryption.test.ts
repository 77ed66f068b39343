import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { assertDone, uploadBench } from "./upload-bench.ts";

const MIB = 1024 ** 2;
const KEY = Buffer.from("the customer's own key, 32 bytes");
const SSE = "x-amz-server-side-encryption";

// The other servers encrypt neither by KMS nor, over http, by a customer's key.
describe("AwsS3Upload, keyManagement", () => {
  const bench = uploadBench("embedded");
  beforeEach(() => bench.source.write({ "small.txt": "small", "large.bin": Buffer.alloc(6 * MIB, "large") }));
  const upload = (inputs: Record<string, string>, step = {}) => bench.upload({ partSizeMB: "5", ...inputs }, step);
  const ALL = { uploaded: 2, bytes: 6 * MIB + 5 };

  /** The headers about encryption of each kind of request. */
  function headersSent(): Record<string, Record<string, string>> {
    const sent: Record<string, Record<string, string>> = {};
    for (const { operation, headers } of bench.requests) {
      const own = Object.entries(headers).filter(([name]) => name.startsWith(SSE));
      sent[operation] = { ...sent[operation], ...Object.fromEntries(own) };
    }
    return sent;
  }

  const keyArn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const cases: [inputs: Record<string, string>, headers: Record<string, string>][] = [
    [{ keyManagement: "none" }, {}],
    [{ keyManagement: "awsManaged" }, { [SSE]: "aws:kms" }],
    [{ keyManagement: "awsManaged", encryptionAlgorithm: "AES256" }, { [SSE]: "AES256" }],
    [{ keyManagement: "awsManaged", encryptionAlgorithm: "DSSE" }, { [SSE]: "aws:kms:dsse" }],
    [
      { keyManagement: "awsManaged", encryptionAlgorithm: "KMS", kmsMasterKeyId: keyArn, bucketKey: "true" },
      { [SSE]: "aws:kms", [`${SSE}-aws-kms-key-id`]: keyArn, [`${SSE}-bucket-key-enabled`]: "true" },
    ],
    [
      { keyManagement: "awsManaged", kmsMasterKeyId: "alias/releases" },
      { [SSE]: "aws:kms", [`${SSE}-aws-kms-key-id`]: "alias/releases" },
    ],
  ];
  for (const [inputs, headers] of cases) {
    it(`${JSON.stringify(inputs)} sends ${JSON.stringify(headers)} with objects, and with those in parts at their start`, async () => {
      assertDone(await upload(inputs), ALL);
      const { ListMultipartUploads: _, ...sent } = headersSent();
      assert.deepEqual(sent, {
        ListObjectsV2: {},
        PutObject: headers,
        CreateMultipartUpload: headers,
        UploadPart: {},
        CompleteMultipartUpload: {},
      });
      assertDone(await upload(inputs), { unchanged: 2 });
    });
  }

  it("none leaves it to the bucket", async () => {
    assertDone(await upload({}), ALL);
    const { ServerSideEncryption } = await bench.target
      .client()
      .send(new HeadObjectCommand({ Bucket: bench.bucket, Key: "small.txt" }));
    assert.equal(ServerSideEncryption, "AES256");
  });

  describe("customerManaged", () => {
    const SSECustomerKey = KEY.toString("base64");
    const SSECustomerKeyMD5 = createHash("md5").update(KEY).digest("base64");
    const withKey = { SSECustomerAlgorithm: "AES256", SSECustomerKey, SSECustomerKeyMD5 };
    const inputs = { keyManagement: "customerManaged", customerKey: KEY.toString("hex") };
    const headers = {
      [`${SSE}-customer-algorithm`]: "AES256",
      [`${SSE}-customer-key`]: SSECustomerKey,
      [`${SSE}-customer-key-md5`]: SSECustomerKeyMD5,
    };

    it("stores what only the key reads, sent with each request that needs it", async () => {
      assertDone(await upload(inputs), ALL);
      assert.deepEqual(headersSent(), {
        ListObjectsV2: {},
        PutObject: headers,
        CreateMultipartUpload: headers,
        UploadPart: headers,
        CompleteMultipartUpload: headers,
      });
      const get = (Key: string, more = {}) =>
        bench.target.client().send(new GetObjectCommand({ Bucket: bench.bucket, Key, ...more }));
      for (const [key, size] of [
        ["small.txt", 5],
        ["large.bin", 6 * MIB],
      ] as const) {
        await assert.rejects(get(key));
        assert.equal((await (await get(key, withKey)).Body?.transformToByteArray())?.length, size);
      }
      assertDone(await upload(inputs), { unchanged: 2 });
    });

    it("changes headers of such objects, which stay so", async () => {
      await upload(inputs);
      const result = await upload({ ...inputs, cacheControl: "**=no-cache" });
      assertDone(result, { updated: 2 });
      const { CopyObject } = headersSent();
      assert.deepEqual(CopyObject, headers);
      assert.equal((await bench.head("small.txt", withKey)).CacheControl, "no-cache");
      assertDone(await upload({ ...inputs, cacheControl: "**=no-cache" }), { unchanged: 2 });
    });

    for (const [form, customerKey] of [
      ["hexadecimal", KEY.toString("hex")],
      ["base64", KEY.toString("base64")],
    ] as const) {
      it(`never shows the key in the log, entered as ${form}, not even in debug`, async () => {
        const step = { variables: { "System.Debug": "true" } };
        const result = await upload({ ...inputs, customerKey }, step);
        assertDone(result, ALL);
        const written = result.rawOutput.replaceAll(/##vso\[task\.setsecret\][^\n]*/g, "");
        const summaries = result.attachments.map(({ content }) => content).join("\n");
        for (const secret of [KEY.toString("hex"), KEY.toString("hex").toUpperCase(), KEY.toString("base64")]) {
          assert.ok(!result.log.join("\n").includes(secret), "log");
          assert.ok(!written.includes(secret), "what the task writes");
          assert.ok(!summaries.includes(secret), "summary");
          assert.ok(!JSON.stringify(bench.planOf(result)).includes(secret), "plan");
        }
      });
    }
  });
});
