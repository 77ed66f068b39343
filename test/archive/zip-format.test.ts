import assert from "node:assert/strict";
import { centralHeader, dataDescriptor, endOfDirectory, type ZipRecord } from "../../src/archive/zip-format.ts";

const GIB = 1024 ** 3;
const small: ZipRecord = {
  name: Buffer.from("a"),
  mode: 0o755,
  crc32: 0xfedcba98,
  compressedBytes: 3,
  sizeBytes: 5,
  offsetBytes: 7,
};

describe("the format of zip archives", () => {
  it("has 32 bits for sizes and places below 4 GiB", () => {
    assert.equal(dataDescriptor(small).toString("hex"), "504b070898badcfe0300000005000000");
    const header = centralHeader({ ...small, sizeBytes: 4 * GIB - 2 });
    assert.equal(header.length, 47);
    assert.equal(header.readUInt32LE(24), 4 * GIB - 2);
    assert.equal(endOfDirectory(65_534, 9, 8).length, 22);
  });

  it("has 64 bits for all three if one of them is above", () => {
    for (const large of [{ sizeBytes: 4 * GIB - 1 }, { compressedBytes: 5 * GIB }, { offsetBytes: 6 * GIB }]) {
      const record = { ...small, ...large };
      // A reader of a stream, for example Java's ZipInputStream, goes by the sizes alone.
      assert.equal(dataDescriptor(record).length, "offsetBytes" in large ? 16 : 24);
      const header = centralHeader(record);
      const extra = header.subarray(47);
      assert.deepEqual([header.readUInt16LE(6), header.readUInt16LE(30), extra.length], [45, 28, 28]);
      assert.deepEqual(
        [20, 24, 42].map((place) => header.readUInt32LE(place)),
        [0xffffffff, 0xffffffff, 0xffffffff],
      );
      assert.deepEqual([extra.readUInt16LE(0), extra.readUInt16LE(2)], [1, 24]);
      assert.deepEqual(
        [4, 12, 20].map((place) => Number(extra.readBigUInt64LE(place))),
        [record.sizeBytes, record.compressedBytes, record.offsetBytes],
      );
    }
  });

  it("has an end of 64 bits for many entries, or a directory far back", () => {
    for (const [count, offsetBytes] of [
      [65_535, 9],
      [1, 5 * GIB],
    ] as const) {
      const end = endOfDirectory(count, offsetBytes, 8);
      assert.equal(end.length, 98);
      assert.deepEqual(
        [24, 32, 40, 48, 56 + 8].map((place) => Number(end.readBigUInt64LE(place))),
        [count, count, 8, offsetBytes, offsetBytes + 8],
      );
      assert.equal(end.readUInt16LE(76 + 8), Math.min(count, 0xffff));
      assert.equal(end.readUInt32LE(76 + 16), Math.min(offsetBytes, 0xffffffff));
    }
  });
});
