import assert from "node:assert/strict";
import type { CrcAlgorithm } from "../../src/checksums/algorithms.ts";
import { digestOf } from "../../src/checksums/algorithms.ts";
import { combineCrc, combineCrcs } from "../../src/checksums/combine.ts";
import { randomFrom } from "../random.ts";

describe("the combination of CRCs", () => {
  for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME"] as const satisfies readonly CrcAlgorithm[]) {
    it(`gives the whole's ${algorithm}, wherever the data are split`, () => {
      const random = randomFrom(3);
      for (let round = 0; round < 100; round++) {
        const bytes = random.bytes(random.below(3000));
        const split = random.below(bytes.length + 1);
        const [first, second] = [bytes.subarray(0, split), bytes.subarray(split)];
        const combined = combineCrc(algorithm, digestOf(algorithm, first), digestOf(algorithm, second), second.length);
        assert.deepEqual(combined, digestOf(algorithm, bytes));
      }
    });

    it(`goes on from part to part for ${algorithm}, and past pieces that are empty`, () => {
      const bytes = randomFrom(4).bytes(70_001);
      const pieces = [bytes.subarray(0, 0), bytes.subarray(0, 65_536), bytes.subarray(65_536)];
      const digested = pieces.map((piece) => ({ digest: digestOf(algorithm, piece), sizeBytes: piece.length }));
      const combined = combineCrcs(algorithm, digested);
      assert.deepEqual(combined, digestOf(algorithm, bytes));
    });

    it(`knows pieces of many TiB for ${algorithm}: two shifts in a row are one`, () => {
      const [a, zero] = [digestOf(algorithm, Buffer.from("a")), digestOf(algorithm, Buffer.alloc(0))];
      const tib = 1024 ** 4;
      const inSteps = combineCrc(algorithm, combineCrc(algorithm, a, zero, 40 * tib - 1), zero, 8 * tib + 1);
      assert.deepEqual(inSteps, combineCrc(algorithm, a, zero, 48 * tib));
    });
  }
});
