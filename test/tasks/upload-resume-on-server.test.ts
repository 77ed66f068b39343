import assert from "node:assert/strict";
import { beginUpload, content, IN_PARTS, noteAsOwn, partsSent, unfinishedIn } from "./unfinished-upload.ts";
import { assertDone, uploadBench } from "./upload-bench.ts";

describe("AwsS3Upload, resuming large files on any store", () => {
  const bench = uploadBench();

  it("makes the same file of stored parts and new ones", async () => {
    bench.source.write({ "large.bin": content });
    const hasChecksums = bench.target.name !== "radosgw";
    const sums = hasChecksums ? ({ ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" } as const) : {};
    noteAsOwn(bench, await beginUpload(bench, [1, 3], sums));
    assertDone(await bench.upload(IN_PARTS), { uploaded: 1, bytes: content.length });
    if (bench.target.server) assert.deepEqual(partsSent(bench), [2, 4]);
    assert.ok((await bench.bytesOf("large.bin")).equals(content));
    assert.deepEqual(await unfinishedIn(bench), []);
    assertDone(await bench.upload(IN_PARTS), { unchanged: 1 });
  });
});
