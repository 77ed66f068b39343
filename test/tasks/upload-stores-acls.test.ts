import assert from "node:assert/strict";
import { hasNoAcls, namesNoGrantees } from "../../local/s3/persona.ts";
import { assertDone, uploadBench } from "./upload-bench.ts";

for (const [title, persona] of [
  ["whose ACLs name nobody", namesNoGrantees],
  ["that answers with the object in place of its ACL", hasNoAcls],
] as const) {
  describe(`AwsS3Upload, in a store ${title}`, () => {
    const bench = uploadBench("embedded", { persona });

    it("changes headers of existing objects, and says once that ACLs are not kept", async () => {
      const files = { "a.txt": "a", "b.txt": "b", "large.txt": "abc".repeat(200_000) };
      bench.source.write(files);
      assertDone(await bench.upload(), { uploaded: 3, bytes: 600_002 });
      const result = await bench.upload({ cacheControl: "**=no-cache" });
      assertDone(result, { updated: 3 });
      const line =
        "The ACLs of objects in this store cannot be read. Headers are changed without keeping an ACL. To give the objects an ACL, set filesAcl.";
      assert.equal(result.log.filter((text) => text.endsWith(line)).length, 1, result.log.join("\n"));
      assert.equal((await bench.head("large.txt")).CacheControl, "no-cache");
      assert.deepEqual(await bench.contents(), files);
    });

    it("says nothing of it if filesAcl names an ACL", async () => {
      bench.source.write({ "a.txt": "a" });
      await bench.upload();
      const result = await bench.upload({ cacheControl: "**=no-cache", filesAcl: "bucket-owner-full-control" });
      assertDone(result, { updated: 1 });
      assert.deepEqual(
        result.log.filter((text) => text.includes("cannot be read")),
        [],
      );
    });
  });
}
