import assert from "node:assert/strict";
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type StorageClass,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";

const content = "The quick brown fox jumps over the lazy dog";
const contentCrc32 = "QU+jOQ==";
const classes: readonly StorageClass[] = [
  "DEEP_ARCHIVE",
  "GLACIER",
  "GLACIER_IR",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
];

function put({ client, bucket }: Subject, Key: string, StorageClass: StorageClass) {
  return client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: content, StorageClass }));
}

conformance("storage classes", (behaves) => {
  for (const name of classes) {
    behaves(`tells the storage class ${name} on HEAD and in listings`, async ({ client, target }) => {
      const bucket = await target.newBucket();
      await put({ client, target, bucket }, "k", name);
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" }));
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      assert.deepEqual([head.StorageClass, Contents[0]?.StorageClass], [name, name]);
    });
  }

  behaves("tells the storage class STANDARD in listings alone", async ({ client, target }) => {
    const bucket = await target.newBucket();
    await put({ client, target, bucket }, "k", "STANDARD");
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" }));
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    assert.deepEqual([head.StorageClass, Contents[0]?.StorageClass], [undefined, "STANDARD"]);
  });

  for (const name of ["OUTPOSTS", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS"] as const) {
    behaves(`refuses the storage class ${name}, which is not a bucket's`, async (subject) => {
      const refusal = await refusalOf(put(subject, "refused", name));
      assert.deepEqual(refusal, { status: 400, code: "InvalidStorageClass" });
    });
  }

  for (const name of ["GLACIER", "DEEP_ARCHIVE"] as const) {
    behaves(`neither reads nor copies an object in ${name}`, async (subject) => {
      const { client, bucket } = subject;
      const to = { Bucket: bucket, Key: "archived" };
      await put(subject, "archived", name);
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(to));
      const CopySource = `${bucket}/archived`;
      const requests = [
        client.send(new GetObjectCommand(to)),
        client.send(new CopyObjectCommand({ ...to, CopySource, StorageClass: "STANDARD" })),
        client.send(new UploadPartCopyCommand({ ...to, UploadId, PartNumber: 1, CopySource })),
      ];
      const refused = { status: 403, code: "InvalidObjectState" };
      assert.deepEqual(await Promise.all(requests.map(refusalOf)), [refused, refused, refused]);
    });
  }
});

conformance("checksums in listings", (behaves) => {
  behaves("tells the checksum algorithm of the objects that have one", async ({ client, target }) => {
    const Bucket = await target.newBucket();
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: content, ChecksumCRC32: contentCrc32 }));
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    assert.deepEqual([Contents[0]?.ChecksumAlgorithm, Contents[0]?.ChecksumType], [["CRC32"], "FULL_OBJECT"]);
  });

  behaves("tells the checksums of parts, and what the upload will have", async ({ client, target }) => {
    const Bucket = await target.newBucket();
    const to = { Bucket, Key: "k" };
    const about = { StorageClass: "STANDARD", ChecksumAlgorithm: "CRC32", ChecksumType: "COMPOSITE" } as const;
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...to, ...about }));
    const part = { ...to, UploadId, PartNumber: 1, Body: content, ChecksumCRC32: contentCrc32 };
    await client.send(new UploadPartCommand(part));
    const parts = await client.send(new ListPartsCommand({ ...to, UploadId }));
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    const told = [parts, Uploads[0]].map((answer) => ({
      StorageClass: answer?.StorageClass,
      ChecksumAlgorithm: answer?.ChecksumAlgorithm,
      ChecksumType: answer?.ChecksumType,
    }));
    assert.deepEqual(told, [about, about]);
    assert.deepEqual(
      parts.Parts?.map(({ ChecksumCRC32, Size }) => [ChecksumCRC32, Size]),
      [[contentCrc32, content.length]],
    );
  });
});
