import assert from "node:assert/strict";
import { Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import { createDigest, type DigestAlgorithm, digestOf, isCrc } from "../../src/checksums/algorithms.ts";
import { randomFrom } from "../random.ts";

/**
 * The digests of "123456789". Sources: "Catalogue of parametrised CRC algorithms" for the CRCs, coreutils for the others.
 */
const checkValues: Record<DigestAlgorithm, string> = {
  CRC32: "cbf43926",
  CRC32C: "e3069283",
  CRC64NVME: "ae8b14860a799888",
  SHA1: "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
  SHA256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
  MD5: "25f9e794323b453885f5181f1b624d0b",
};
const emptyValues: Record<DigestAlgorithm, string> = {
  CRC32: "00000000",
  CRC32C: "00000000",
  CRC64NVME: "0000000000000000",
  SHA1: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
  SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  MD5: "d41d8cd98f00b204e9800998ecf8427e",
};
const algorithms = Object.keys(checkValues) as DigestAlgorithm[];

describe("digests", () => {
  for (const algorithm of algorithms) {
    it(`of ${algorithm} have the published values`, () => {
      assert.deepEqual(
        ["123456789", ""].map((text) => digestOf(algorithm, Buffer.from(text)).toString("hex")),
        [checkValues[algorithm], emptyValues[algorithm]],
      );
      assert.equal(createDigest(algorithm).digest().toString("hex"), emptyValues[algorithm]);
    });

    it(`of ${algorithm} do not depend on how the bytes are split, nor on what becomes of a chunk afterwards`, () => {
      const random = randomFrom(1);
      const bytes = random.bytes(400_000);
      const whole = digestOf(algorithm, bytes);
      for (const maxPieceBytes of [3, 40, 250_000]) {
        const digest = createDigest(algorithm);
        for (let done = 0; done < bytes.length; ) {
          const piece = Buffer.from(bytes.subarray(done, done + random.below(maxPieceBytes)));
          digest.update(piece);
          piece.fill(0);
          done += piece.length;
        }
        assert.deepEqual(digest.digest(), whole);
      }
    });
  }

  it("that run at the same time do not disturb each other", () => {
    const pairs = algorithms.flatMap((algorithm) => [createDigest(algorithm), createDigest(algorithm)]);
    for (const text of ["1234", "56789"]) for (const digest of pairs) digest.update(Buffer.from(text));
    assert.deepEqual(
      pairs.map((digest) => digest.digest().toString("hex")),
      algorithms.flatMap((algorithm) => [checkValues[algorithm], checkValues[algorithm]]),
    );
  });

  it("agree with the AWS SDK's on random bytes of every length and alignment", async () => {
    const random = randomFrom(2);
    const bytes = random.bytes(100_000);
    for (let round = 0; round < 300; round++) {
      const start = random.below(50);
      const piece = bytes.subarray(start, start + (random.chance(0.8) ? random.below(100) : random.below(99_000)));
      for (const [algorithm, sdk] of [
        ["CRC32C", new Crc32c()],
        ["CRC64NVME", new Crc64Nvme()],
      ] as const) {
        sdk.update(piece);
        assert.equal(
          digestOf(algorithm, piece).toString("hex"),
          Buffer.from(await sdk.digest()).toString("hex"),
          `${algorithm} of ${piece.length} bytes`,
        );
      }
    }
  });

  it("are CRCs or hashes", () => {
    assert.deepEqual(algorithms.filter(isCrc), ["CRC32", "CRC32C", "CRC64NVME"]);
  });
});
