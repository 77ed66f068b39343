import assert from "node:assert/strict";
import { checksumOf } from "../../../local/s3/body/checksum-algorithms.ts";
import { combineCrcs } from "../../../local/s3/body/crc-combination.ts";

describe("The CRC of a whole object", () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) % 256));

  for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME"] as const) {
    for (const cuts of [[], [1], [50_000], [0, 100_000], [10, 20, 30, 99_999], [40_000, 80_000]]) {
      it(`follows from the ${algorithm} of its parts, cut at [${cuts}]`, async () => {
        const ends = [...cuts, bytes.length];
        const parts = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
        const ofParts = await Promise.all(
          parts.map(async (part) => ({ value: await checksumOf(algorithm, part), sizeBytes: part.length })),
        );
        assert.equal(combineCrcs(algorithm, ofParts), await checksumOf(algorithm, bytes));
      });
    }
  }

  it("is found for an object of 10,000 parts of 5 GiB", async () => {
    const value = await checksumOf("CRC64NVME", Buffer.from("part"));
    const parts = Array.from({ length: 10_000 }, () => ({ value, sizeBytes: 5 * 1024 ** 3 }));
    assert.match(combineCrcs("CRC64NVME", parts), /^[A-Za-z0-9+/]{11}=$/);
  });
});
