import assert from "node:assert/strict";
import { hasNoTags, takesTagsForObject } from "../../local/s3/persona.ts";
import { assertDone, assertFailed, denied, uploadBench } from "./upload-bench.ts";

const MIB = 1024 ** 2;

describe("AwsS3Upload, tags in a store that takes them for the object", () => {
  const bench = uploadBench("embedded", { persona: takesTagsForObject });
  const noTags = (key: string) =>
    `tags: this store does not keep the tags of objects: the answer to a request for the tags of s3://${bench.bucket}/${key} has none. Leave tags empty.`;
  /** No test may see a PUT of tags. */
  const putsOfTags = () => bench.requests.filter(({ method, query }) => method === "PUT" && "tagging" in query);

  for (const [title, sizeBytes, partSizeMB] of [
    ["in one piece", 3, ""],
    ["of more bytes than tags can be", MIB, ""],
    ["in parts", 11 * MIB, "5"],
  ] as const) {
    it(`ends after the first object, ${title}, and overwrites nothing`, async () => {
      const content = Buffer.alloc(sizeBytes, "abc");
      bench.source.write({ "a.bin": content });
      assertFailed(await bench.upload({ tags: "a=1", ...(partSizeMB && { partSizeMB }) }), [
        `Upload to s3://${bench.bucket}/ failed: ${noTags("a.bin")} 1 of 1 files are not uploaded. [tags-not-supported]`,
      ]);
      assert.deepEqual(putsOfTags(), []);
      assert.deepEqual(await bench.contents(), { "a.bin": content.toString("latin1") });
    });
  }

  it("ends before the first object, if the tags of another one were to be compared", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b" });
    await bench.put("b.txt", { Body: "b" });
    assertFailed(await bench.upload({ tags: "a=1" }), [`${noTags("b.txt")} [tags-not-supported]`]);
    assert.deepEqual(putsOfTags(), []);
    assert.deepEqual(await bench.contents(), { "b.txt": "b" });
  });

  it("does everything else", async () => {
    bench.source.write({ "a.txt": "a" });
    assertDone(await bench.upload(), { uploaded: 1, bytes: 1 });
    assertDone(await bench.upload({ cacheControl: "**=no-cache" }), { updated: 1 });
    assert.equal((await bench.head("a.txt")).CacheControl, "no-cache");
    assert.deepEqual(await bench.contents(), { "a.txt": "a" });
  });
});

describe("AwsS3Upload, tags in a store that has none", () => {
  const bench = uploadBench("embedded", { persona: hasNoTags });

  it("end the step after the first object, with the name of the input", async () => {
    bench.source.write({ "a.txt": "a" });
    const message = `tags: this store does not keep the tags of objects: the answer to a request for the tags of s3://${bench.bucket}/a.txt has none. Leave tags empty.`;
    assertFailed(await bench.upload({ tags: "a=1" }), [
      `Upload to s3://${bench.bucket}/ failed: ${message} 1 of 1 files are not uploaded. [tags-not-supported]`,
    ]);
    bench.assertOperations({ ListObjectsV2: 1, PutObject: 1, GetObjectTagging: 1 });
  });
});

describe("AwsS3Upload, tags of new objects", () => {
  const bench = uploadBench("embedded");

  it("go with the objects, and are read back once", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b", "c.txt": "c" });
    assertDone(await bench.upload({ tags: "a=1" }), { uploaded: 3, bytes: 3 });
    bench.assertOperations({ ListObjectsV2: 1, PutObject: 3, GetObjectTagging: 1 });
    assertDone(await bench.upload({ tags: "a=1" }), { unchanged: 3 });
  });

  it("are not set a second time if they may not be read", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b" });
    const step = () => bench.upload({ tags: "a=1" });
    assertDone(await bench.during({ operation: "GetObjectTagging" }, denied, step), { uploaded: 2, bytes: 2 });
    bench.assertOperations({ ListObjectsV2: 1, PutObject: 2, GetObjectTagging: 1 });
    assertDone(await bench.upload({ tags: "a=1" }), { unchanged: 2 });
  });
});
