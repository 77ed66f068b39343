import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { digestOf } from "../../src/checksums/algorithms.ts";
import { checksumHeaders, type DigestedBody, digestBody } from "../../src/s3/digest.ts";
import { randomFrom } from "../random.ts";

describe("digests", () => {
  it("of a body are the same however it is cut into chunks", async () => {
    const bytes = randomFrom(3).bytes(1000);
    const sha256Hex = createHash("sha256").update(bytes).digest("hex");
    for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "MD5"] as const) {
      const expected = { checksum: digestOf(algorithm, bytes), sha256Hex };
      for (const chunks of [[bytes], [bytes.subarray(0, 1), bytes.subarray(1, 500), bytes.subarray(500)]]) {
        const body = { sizeBytes: 1000, chunks: () => chunks };
        assert.deepEqual(await digestBody(body, algorithm, true), expected);
        assert.deepEqual(await digestBody(body, algorithm, false), { ...expected, sha256Hex: undefined });
        assert.deepEqual(await digestBody(body, "none", true), { checksum: undefined, sha256Hex });
      }
    }
  });

  it("of a body are the same where they are had from elsewhere, each asked for once", async () => {
    const bytes = randomFrom(3).bytes(1000);
    const sha256Hex = createHash("sha256").update(bytes).digest("hex");
    let asked: (string | undefined)[] = [];
    const body: DigestedBody = {
      sizeBytes: 1000,
      chunks: () => assert.fail("it was read"),
      async digest(algorithm, alsoBy) {
        asked = [algorithm, alsoBy];
        return Buffer.concat([digestOf(algorithm, bytes), ...(alsoBy ? [digestOf(alsoBy, bytes)] : [])]);
      },
    };
    for (const algorithm of ["CRC32", "CRC64NVME", "SHA1", "SHA256"] as const) {
      const checksum = digestOf(algorithm, bytes);
      assert.deepEqual(await digestBody(body, algorithm, true), { checksum, sha256Hex });
      assert.deepEqual(asked, [algorithm, algorithm === "SHA256" ? undefined : "SHA256"]);
      assert.deepEqual(await digestBody(body, algorithm, false), { checksum, sha256Hex: undefined });
      assert.deepEqual(asked, [algorithm, undefined]);
    }
    assert.deepEqual(await digestBody(body, "none", true), { checksum: undefined, sha256Hex });
    assert.deepEqual(asked, ["SHA256", undefined]);
    asked = [];
    const nothing = { checksum: undefined, sha256Hex: undefined };
    assert.deepEqual([await digestBody(body, "none", false), asked], [nothing, []]);
  });

  it("of an empty body are those of nothing", async () => {
    const nothing = { checksum: Buffer.alloc(4), sha256Hex: createHash("sha256").digest("hex") };
    assert.deepEqual(await digestBody({ sizeBytes: 0, chunks: () => [] }, "CRC32", true), nothing);
  });

  it("are written as S3 writes them", () => {
    const checksum = digestOf("CRC32", Buffer.from("123456789"));
    assert.deepEqual(checksumHeaders("CRC32", checksum), { "x-amz-checksum-crc32": "y/Q5Jg==" });
    assert.deepEqual(checksumHeaders("none", undefined), {});
  });
});
