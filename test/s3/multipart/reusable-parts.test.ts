import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ChecksumAlgorithm } from "../../../src/checksums/algorithms.ts";
import type { MultipartSource } from "../../../src/s3/multipart/multipart-upload.ts";
import { findReusableParts } from "../../../src/s3/multipart/reusable-parts.ts";
import type { StoredPart } from "../../../src/s3/multipart/unfinished-uploads.ts";

const PART_BYTES = 8;
const content = Buffer.from("part oneparttwo?part 3.");
const source: MultipartSource = {
  sizeBytes: content.length,
  partSizeBytes: PART_BYTES,
  part: (startByte, sizeBytes) => ({
    sizeBytes,
    chunks: () => [content.subarray(startByte, startByte + sizeBytes)],
  }),
};

const bytesOf = (partNumber: number) => content.subarray((partNumber - 1) * PART_BYTES, partNumber * PART_BYTES);
const md5 = (bytes: Buffer) => `"${hash("md5", bytes, "hex")}"`;
const crc = (bytes: Buffer) => Buffer.from(crc32(bytes).toString(16).padStart(8, "0"), "hex");
const sha = (bytes: Buffer) => hash("sha256", bytes, "buffer");
const OTHER = Buffer.from("planted!");

/** A part as the store lists it. */
function stored(
  partNumber: number,
  { etag = md5(bytesOf(partNumber)), ...more }: Partial<StoredPart> = {},
): StoredPart {
  const bytes = bytesOf(partNumber);
  return { sizeBytes: bytes.length, etag, checksum: crc(bytes), lastModifiedMs: 0, ...more };
}

describe("parts of an unfinished upload", () => {
  const find = async (
    parts: readonly StoredPart[],
    isOwn = false,
    checksumAlgorithm: ChecksumAlgorithm | "none" = "CRC32",
  ) => {
    const upload = { uploadId: "u", isOwn, parts: new Map(parts.map((part, index) => [index + 1, part])) };
    const { signal } = new AbortController();
    return [...(await findReusableParts(source, upload, { checksumAlgorithm, parallelParts: 2, signal })).keys()];
  };
  /** As in a bucket that encrypts with KMS. */
  const keyed = (partNumber: number, more: Partial<StoredPart> = {}) =>
    stored(partNumber, { etag: `"${"0".repeat(31)}${partNumber}"`, ...more });

  it("are used if checksum and MD5 fit", async () => {
    assert.deepEqual(await find([stored(1), stored(2), stored(3)]), [1, 2, 3]);
  });

  it("are used if their MD5 fits and the store keeps no checksums", async () => {
    assert.deepEqual(
      await find([stored(1, { checksum: undefined }), stored(2, { etag: md5(OTHER), checksum: undefined })]),
      [1],
    );
    assert.deepEqual(await find([stored(1), stored(2, { etag: md5(OTHER) })], true, "none"), [1]);
  });

  it("are not used if only their CRC fits, even those of an own upload, as long as ETags are MD5s", async () => {
    assert.deepEqual(await find([stored(1), stored(2, { etag: md5(OTHER) })]), [1]);
    assert.deepEqual(await find([stored(1), stored(2, { etag: md5(OTHER) })], true), [1]);
  });

  it("are used by their CRC if no ETag is an MD5, and this user or role began the upload", async () => {
    assert.deepEqual(await find([keyed(1), keyed(2), keyed(3)]), []);
    assert.deepEqual(await find([keyed(1), keyed(2), keyed(3)], true), [1, 2, 3]);
    assert.deepEqual(await find([keyed(1), keyed(2, { checksum: crc(OTHER) })], true), [1]);
    assert.deepEqual(await find([keyed(1, { checksum: undefined })], true), []);
  });

  it("are used by their SHA-256, whoever stored them", async () => {
    const parts = [keyed(1, { checksum: sha(bytesOf(1)) }), keyed(2, { checksum: sha(OTHER) })];
    assert.deepEqual(await find(parts, false, "SHA256"), [1]);
  });

  it("are not used if their size is another one, or none", async () => {
    assert.deepEqual(await find([stored(1, { sizeBytes: 7 }), stored(2, { sizeBytes: Number.NaN }), stored(3)]), [3]);
  });
});
