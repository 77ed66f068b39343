import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import {
  type ChecksumAlgorithm,
  type ChecksumType,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";
import { sendRaw } from "./raw-request.ts";

const content = Buffer.from("The quick brown fox jumps over the lazy dog");
const bigPart = Buffer.alloc(5 * 1024 * 1024, "big part ");
const lastPart = Buffer.from("the last part");

const digests: Readonly<Record<string, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  CRC32: async (bytes) => {
    const digest = Buffer.alloc(4);
    digest.writeUInt32BE(zlib.crc32(bytes));
    return digest;
  },
  CRC32C: (bytes) => digestOf(new Crc32c(), bytes),
  CRC64NVME: (bytes) => digestOf(new Crc64Nvme(), bytes),
  SHA1: async (bytes) => createHash("sha1").update(bytes).digest(),
  SHA256: async (bytes) => createHash("sha256").update(bytes).digest(),
};
const algorithms = Object.keys(digests) as ChecksumAlgorithm[];

function digestOf(hash: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> }, bytes: Uint8Array) {
  hash.update(bytes);
  return hash.digest();
}

async function checksum(algorithm: string, bytes: Uint8Array): Promise<string> {
  return Buffer.from((await digests[algorithm]?.(bytes)) ?? []).toString("base64");
}

const headerOf = (algorithm: string): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The checksum that HEAD tells, and its type. */
async function stored({ client, bucket }: Subject, Key: string, algorithm: string) {
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: "ENABLED" }));
  return [head[`Checksum${algorithm}` as "ChecksumCRC32"], head.ChecksumType];
}

/** An object of two parts with checksums of their own. */
async function putInParts(
  { client, bucket }: Subject,
  Key: string,
  ChecksumAlgorithm: ChecksumAlgorithm,
  ChecksumType: ChecksumType | undefined,
  completion: Partial<CompleteMultipartUploadCommandInput> = {},
  change: (parts: Record<string, unknown>[]) => void = () => undefined,
) {
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket: bucket, Key, ChecksumAlgorithm, ...(ChecksumType && { ChecksumType }) }),
  );
  const Parts: Record<string, unknown>[] = [];
  for (const [i, Body] of [bigPart, lastPart].entries()) {
    const member = { [`Checksum${ChecksumAlgorithm}`]: await checksum(ChecksumAlgorithm, Body) };
    const part = { Bucket: bucket, Key, UploadId, PartNumber: i + 1, Body, ...member };
    const { ETag } = await client.send(new UploadPartCommand(part));
    Parts.push({ PartNumber: i + 1, ETag, ...member });
  }
  change(Parts);
  return client.send(
    new CompleteMultipartUploadCommand({ Bucket: bucket, Key, UploadId, MultipartUpload: { Parts }, ...completion }),
  );
}

conformance("checksums", (behaves) => {
  for (const algorithm of algorithms) {
    behaves(`keeps the ${algorithm} of an object, and tells it on request alone`, async (subject) => {
      const { client, bucket } = subject;
      const Key = `kept-${algorithm}`;
      const value = await checksum(algorithm, content);
      const put = { Bucket: bucket, Key, Body: content, [`Checksum${algorithm}`]: value };
      const answer = await client.send(new PutObjectCommand(put));
      assert.equal(answer[`Checksum${algorithm}` as "ChecksumCRC32"], value);
      assert.deepEqual(await stored(subject, Key, algorithm), [value, "FULL_OBJECT"]);
      const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key, ChecksumMode: "ENABLED" }));
      assert.equal(await got.Body?.transformToString(), content.toString());
      assert.equal(got[`Checksum${algorithm}` as "ChecksumCRC32"], value);
      const plain = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
      assert.equal(plain[`Checksum${algorithm}` as "ChecksumCRC32"], undefined);
    });

    behaves(`refuses an object whose ${algorithm} is of something else`, async ({ target, bucket }) => {
      const answer = await sendRaw(target, {
        method: "PUT",
        path: `/${bucket}/wrong-${algorithm}`,
        body: content,
        headers: { [headerOf(algorithm)]: await checksum(algorithm, Buffer.from("something else")) },
      });
      assert.deepEqual([answer.status, answer.error.Code], [400, "BadDigest"]);
    });

    behaves(`refuses a ${algorithm} that is none`, async ({ target, bucket }) => {
      const answer = await sendRaw(target, {
        method: "PUT",
        path: `/${bucket}/malformed-${algorithm}`,
        body: content,
        headers: { [headerOf(algorithm)]: "bm90IGl0" },
      });
      assert.deepEqual([answer.status, answer.error.Code], [400, "InvalidRequest"]);
    });
  }

  behaves("refuses two checksums at once", async ({ target, bucket }) => {
    const answer = await sendRaw(target, {
      method: "PUT",
      path: `/${bucket}/two`,
      body: content,
      headers: {
        [headerOf("CRC32")]: await checksum("CRC32", content),
        [headerOf("SHA256")]: await checksum("SHA256", content),
      },
    });
    assert.deepEqual([answer.status, answer.error.Code], [400, "InvalidRequest"]);
  });

  behaves("refuses a checksum that is announced and missing", async ({ target, bucket }) => {
    const headers = { "x-amz-sdk-checksum-algorithm": "CRC32" };
    const answer = await sendRaw(target, { method: "PUT", path: `/${bucket}/missing`, body: content, headers });
    assert.deepEqual([answer.status, answer.error.Code], [400, "InvalidRequest"]);
  });

  behaves("tells no checksum beside a range, since it is of the whole", async (subject) => {
    const { client, bucket } = subject;
    const value = await checksum("CRC32", content);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "part", Body: content, ChecksumCRC32: value }));
    const get = new GetObjectCommand({ Bucket: bucket, Key: "part", Range: "bytes=0-3", ChecksumMode: "ENABLED" });
    const got = await client.send(get);
    assert.deepEqual([await got.Body?.transformToString(), got.ChecksumCRC32], ["The ", undefined]);
    assert.deepEqual(await stored(subject, "part", "CRC32"), [value, "FULL_OBJECT"]);
  });

  for (const algorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"] as const) {
    behaves(`makes a composite ${algorithm} of the parts' checksums, by default`, async (subject) => {
      const Key = `composite-${algorithm}`;
      await putInParts(subject, Key, algorithm, undefined);
      const parts = await Promise.all([bigPart, lastPart].map((part) => checksum(algorithm, part)));
      const joined = Buffer.concat(parts.map((part) => Buffer.from(part, "base64")));
      const expected = `${await checksum(algorithm, joined)}-2`;
      assert.deepEqual(await stored(subject, Key, algorithm), [expected, "COMPOSITE"]);
    });
  }

  for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME"] as const) {
    behaves(`makes a ${algorithm} of the whole object out of the parts', where asked to`, async (subject) => {
      const Key = `full-${algorithm}`;
      const value = await checksum(algorithm, Buffer.concat([bigPart, lastPart]));
      await putInParts(subject, Key, algorithm, "FULL_OBJECT", { [`Checksum${algorithm}`]: value });
      assert.deepEqual(await stored(subject, Key, algorithm), [value, "FULL_OBJECT"]);
    });
  }

  behaves("refuses to complete with a wrong checksum of the whole object", async (subject) => {
    const ChecksumCRC32 = await checksum("CRC32", content);
    const refusal = await refusalOf(putInParts(subject, "wrong-whole", "CRC32", "FULL_OBJECT", { ChecksumCRC32 }));
    assert.deepEqual(refusal, { status: 400, code: "BadDigest" });
  });

  behaves("refuses to complete with a part checksum that is not the part's", async (subject) => {
    const wrong = await checksum("SHA256", content);
    const refusal = await refusalOf(
      putInParts(subject, "wrong-part", "SHA256", undefined, {}, ([first]) => {
        if (first !== undefined) first.ChecksumSHA256 = wrong;
      }),
    );
    assert.deepEqual(refusal, { status: 400, code: "InvalidPart" });
  });

  behaves("refuses to complete a composite upload without the parts' checksums", async (subject) => {
    const refusal = await refusalOf(
      putInParts(subject, "no-part-checksum", "SHA256", undefined, {}, (parts) => {
        for (const part of parts) delete part.ChecksumSHA256;
      }),
    );
    assert.deepEqual(refusal, { status: 400, code: "InvalidRequest" });
  });

  behaves("refuses a part with a checksum that the upload was not created for", async ({ client, bucket }) => {
    const Key = "unannounced";
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
    const ChecksumCRC32 = await checksum("CRC32", content);
    const part = new UploadPartCommand({ Bucket: bucket, Key, UploadId, PartNumber: 1, Body: content, ChecksumCRC32 });
    assert.deepEqual(await refusalOf(client.send(part)), { status: 400, code: "InvalidRequest" });
  });

  for (const [ChecksumAlgorithm, ChecksumType] of [
    ["SHA256", "FULL_OBJECT"],
    ["SHA1", "FULL_OBJECT"],
    ["CRC64NVME", "COMPOSITE"],
  ] as const) {
    behaves(`refuses an upload with a ${ChecksumType} ${ChecksumAlgorithm}`, async ({ client, bucket }) => {
      const create = new CreateMultipartUploadCommand({ Bucket: bucket, Key: "pair", ChecksumAlgorithm, ChecksumType });
      assert.deepEqual(await refusalOf(client.send(create)), { status: 400, code: "InvalidRequest" });
    });
  }
});
