import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { combineCrc32, crc32Header, digestBody } from "../../src/s3/digest.ts";
import { randomFrom } from "../random.ts";

describe("digests", () => {
  it("combine the CRC-32 of two pieces into that of the whole", () => {
    const random = randomFrom(7);
    for (let round = 0; round < 200; round++) {
      const bytes = random.bytes(random.below(5000));
      const cut = random.below(bytes.length + 1);
      const [first, second] = [bytes.subarray(0, cut), bytes.subarray(cut)];
      assert.equal(
        combineCrc32(crc32(first), crc32(second), second.length),
        crc32(bytes),
        `${bytes.length} cut at ${cut}`,
      );
    }
  });

  it("combine pieces of more than 4 GiB", () => {
    // A CRC-32 runs on over zeros one byte at a time, or in one combination with the zeros' own CRC-32.
    const zeros = Buffer.alloc(2 ** 20);
    let crcOfZeros = 0;
    let wanted = crc32(Buffer.from("start"));
    for (let mib = 0; mib < 4097; mib++) {
      crcOfZeros = crc32(zeros, crcOfZeros);
      wanted = crc32(zeros, wanted);
    }
    assert.equal(combineCrc32(crc32(Buffer.from("start")), crcOfZeros, 4097 * 2 ** 20), wanted);
  });

  it("of a body are the same however it is cut into chunks", async () => {
    const bytes = randomFrom(3).bytes(1000);
    const expected = { crc32: crc32(bytes), sha256Hex: createHash("sha256").update(bytes).digest("hex") };
    for (const chunks of [[bytes], [bytes.subarray(0, 1), bytes.subarray(1, 500), bytes.subarray(500)]]) {
      assert.deepEqual(await digestBody({ sizeBytes: 1000, chunks: () => chunks }, true), expected);
    }
    assert.deepEqual(await digestBody({ sizeBytes: 1000, chunks: () => [bytes] }, false), {
      ...expected,
      sha256Hex: undefined,
    });
  });

  it("of an empty body are those of nothing", async () => {
    const sha256Hex = createHash("sha256").digest("hex");
    assert.deepEqual(await digestBody({ sizeBytes: 0, chunks: () => [] }, true), { crc32: 0, sha256Hex });
  });

  it("write a CRC-32 as S3 does", () => assert.equal(crc32Header(crc32(Buffer.from("123456789"))), "y/Q5Jg=="));
});
