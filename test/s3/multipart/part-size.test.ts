import assert from "node:assert/strict";
import { MAX_OBJECT_SIZE_BYTES, partSizeFor } from "../../../src/s3/multipart/part-size.ts";

const MIB = 1024 ** 2;

describe("the part size", () => {
  const cases: [objectBytes: number, partMib: number][] = [
    [0, 16],
    [16 * MIB + 1, 16],
    [160_000 * MIB, 16],
    [160_000 * MIB + 1, 32],
    [5 * MIB * MIB, 1024],
    [MAX_OBJECT_SIZE_BYTES, 5120],
  ];
  for (const [objectBytes, partMib] of cases) {
    it(`of an object of ${objectBytes} bytes is ${partMib} MiB, in at most 10,000 parts`, () => {
      const partBytes = partSizeFor(objectBytes);
      assert.equal(partBytes, partMib * MIB);
      assert.ok(Math.ceil(objectBytes / partBytes) <= 10_000);
    });
  }
});
