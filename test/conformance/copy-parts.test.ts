import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCopyCommand,
  type UploadPartCopyCommandInput,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";

const source = Buffer.alloc(6 * 1024 * 1024, "bytes to copy ");
const minPartBytes = 5 * 1024 * 1024;

const digest = (algorithm: string, bytes: Uint8Array): Buffer => createHash(algorithm).update(bytes).digest();

async function begin({ client, bucket }: Subject, Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: "source", Body: source }));
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key, ...more }));
  return { Bucket: bucket, Key, UploadId };
}

function copyPart(
  { client, bucket }: Subject,
  upload: { Bucket: string; Key: string; UploadId: string | undefined },
  PartNumber: number,
  more: Partial<UploadPartCopyCommandInput> = {},
) {
  return client.send(new UploadPartCopyCommand({ ...upload, PartNumber, CopySource: `${bucket}/source`, ...more }));
}

conformance("copied parts", (behaves) => {
  behaves("makes parts of a range of an object, and of all of it", async (subject) => {
    const { client, bucket } = subject;
    const upload = await begin(subject, "joined-copies");
    const range = `bytes=1-${minPartBytes}`;
    const first = await copyPart(subject, upload, 1, { CopySourceRange: range });
    const second = await copyPart(subject, upload, 2);
    const bytes = [source.subarray(1, minPartBytes + 1), source];
    const etags = bytes.map((part) => digest("md5", part));
    assert.deepEqual(
      [first, second].map(({ CopyPartResult }) => CopyPartResult?.ETag?.replaceAll('"', "")),
      etags.map((etag) => etag.toString("hex")),
    );
    assert.ok(Date.now() - (first.CopyPartResult?.LastModified?.getTime() ?? 0) < 60_000);
    const Parts = [first, second].map((part, i) => ({ PartNumber: i + 1, ETag: part.CopyPartResult?.ETag }));
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "joined-copies" }));
    assert.equal(got.ETag, `"${digest("md5", Buffer.concat(etags)).toString("hex")}-2"`);
    assert.ok(Buffer.concat(bytes).equals((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0)));
  });

  behaves("tells the checksum of a copied part, and makes the object's of it", async (subject) => {
    const { client, bucket } = subject;
    const upload = await begin(subject, "summed-copies", { ChecksumAlgorithm: "SHA256" });
    const { CopyPartResult } = await copyPart(subject, upload, 1, { CopySourceRange: "bytes=0-99" });
    const sum = digest("sha256", source.subarray(0, 100));
    assert.equal(CopyPartResult?.ChecksumSHA256, sum.toString("base64"));
    const { ETag, ChecksumSHA256 } = CopyPartResult ?? {};
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumSHA256 }] };
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
    const get = new HeadObjectCommand({ Bucket: bucket, Key: "summed-copies", ChecksumMode: "ENABLED" });
    const head = await client.send(get);
    assert.deepEqual(
      [head.ChecksumSHA256, head.ChecksumType],
      [`${digest("sha256", sum).toString("base64")}-1`, "COMPOSITE"],
    );
  });

  for (const range of ["0-9", "bytes=9-0", "bytes=0-", "bytes=-9", `bytes=0-${source.length}`]) {
    behaves(`refuses to copy the range ${range}`, async (subject) => {
      const upload = await begin(subject, "wrong-range");
      const request = copyPart(subject, upload, 1, { CopySourceRange: range });
      assert.deepEqual(await refusalOf(request), { status: 400, code: "InvalidArgument" });
    });
  }

  behaves("copies a part only under the conditions on its source", async (subject) => {
    const upload = await begin(subject, "conditional-part");
    const etag = `"${digest("md5", source).toString("hex")}"`;
    await copyPart(subject, upload, 1, { CopySourceIfMatch: etag });
    const request = copyPart(subject, upload, 1, { CopySourceIfNoneMatch: etag });
    assert.deepEqual(await refusalOf(request), { status: 412, code: "PreconditionFailed" });
  });

  behaves("refuses to copy a part to an upload that is not there", async (subject) => {
    const upload = { ...(await begin(subject, "no-upload")), UploadId: "0".repeat(48) };
    assert.deepEqual(await refusalOf(copyPart(subject, upload, 1)), { status: 404, code: "NoSuchUpload" });
  });
});
