import assert from "node:assert/strict";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { assertDownloaded, assertFailedWith, downloadBench } from "./download-bench.ts";
import { cutInto, MIB, patternedBytes, putInParts } from "./stored-objects.ts";

describe("AwsS3Download, where files exist already,", () => {
  const bench = downloadBench();
  /** One new, one changed to the same length, one changed to another, and one the same. */
  async function putFour(): Promise<void> {
    await bench.put({ "new.txt": "new", "edited.txt": "after", "grown.txt": "longer", "same.txt": "same" });
    bench.landing.write({ "edited.txt": "befor", "grown.txt": "short", "same.txt": "same", "extra.txt": "extra" });
  }
  const before = { "edited.txt": "befor", "extra.txt": "extra", "grown.txt": "short", "same.txt": "same" };
  const after = {
    "edited.txt": "after",
    "extra.txt": "extra",
    "grown.txt": "longer",
    "new.txt": "new",
    "same.txt": "same",
  };

  for (const overwrite of ["changed", "Changed", ""]) {
    it(`replaces what differs with overwrite "${overwrite}", and has nothing to do the second time`, async () => {
      await putFour();
      assertDownloaded(await bench.download({ overwrite }), { new: 1, updated: 2, unchanged: 1, bytes: 14 });
      assert.deepEqual(bench.landing.read(), after);
      const gets = ["edited.txt", "grown.txt", "new.txt"].map((key) => `GetObject ${key} if-match`);
      // Where the ETag is not that of the file, it may be no MD5: a HEAD tells.
      assert.deepEqual(
        bench.asked()?.sort(),
        bench.target.server && [...gets, "HeadObject edited.txt", "ListObjectsV2"],
      );

      const again = await bench.download({ overwrite });
      assertDownloaded(again, { unchanged: 4 });
      assert.ok(again.log.includes(`Nothing to do: 4 files unchanged in ${bench.landing.path}`), again.log.join("\n"));
      bench.assertAsked(["ListObjectsV2"]);
      assert.deepEqual(bench.landing.read(), after);
    });
  }

  for (const overwrite of ["always", "true", "TRUE"]) {
    it(`replaces everything with overwrite "${overwrite}"`, async () => {
      await putFour();
      assertDownloaded(await bench.download({ overwrite }), { new: 1, updated: 3, bytes: 18 });
      assert.deepEqual(bench.landing.read(), after);
      assertDownloaded(await bench.download({ overwrite }), { updated: 4, bytes: 18 });
    });
  }

  it("replaces nothing with overwrite never", async () => {
    await putFour();
    assertDownloaded(await bench.download({ overwrite: "never" }), { new: 1, unchanged: 3, bytes: 3 });
    assert.deepEqual(bench.landing.read(), { ...before, "new.txt": "new" });
    bench.assertAsked(["ListObjectsV2", "GetObject new.txt if-match"]);
  });

  for (const overwrite of ["error", "false"]) {
    it(`fails before anything is fetched with overwrite "${overwrite}", and names the files`, async () => {
      await putFour();
      const advice = "Choose another targetFolder, or set overwrite to changed, always or never. [target-not-empty]";
      assertFailedWith(await bench.download({ overwrite }), [
        `overwrite: 3 files exist already under ${bench.landing.path}: edited.txt, grown.txt, same.txt. ${advice}`,
      ]);
      assert.deepEqual(bench.landing.read(), before);
      bench.assertAsked(["ListObjectsV2"]);
      assertDownloaded(await bench.download({ overwrite, globExpressions: "new.txt" }), { new: 1, bytes: 3 });
    });
  }

  it("compares sizes alone where it is told to", async () => {
    await putFour();
    const inputs = { compareBy: "size" };
    assertDownloaded(await bench.download(inputs), { new: 1, updated: 1, unchanged: 2, bytes: 9 });
    assert.deepEqual(bench.landing.read(), { ...after, "edited.txt": "befor" });
    assertDownloaded(await bench.download(inputs), { unchanged: 4 });
    bench.assertAsked(["ListObjectsV2"]);
  });

  it("compares sizes and times where it is told to: an object that is not newer is left", async () => {
    await putFour();
    const time = (name: string, seconds: number) => {
      const when = Date.now() / 1000 + seconds;
      utimesSync(join(bench.landing.path, name), when, when);
    };
    time("edited.txt", -3_600);
    time("same.txt", 3_600);
    const inputs = { compareBy: "sizeAndTime" };
    assertDownloaded(await bench.download(inputs), { new: 1, updated: 2, unchanged: 1, bytes: 14 });
    assert.deepEqual(bench.landing.read(), after);
    assertDownloaded(await bench.download(inputs), { unchanged: 4 });
    bench.assertAsked(["ListObjectsV2"]);
    time("edited.txt", -3_600);
    assertDownloaded(await bench.download(inputs), { updated: 1, unchanged: 3, bytes: 5 });
  });

  it("knows objects in parts by their ETag: those of its own cut without a request, others by one or two", async () => {
    const [own, other] = [patternedBytes(17 * MIB), patternedBytes(11 * MIB)];
    await putInParts(bench.target, bench.bucket, "other.bin", cutInto(other, [6 * MIB, 5 * MIB]));
    await putInParts(bench.target, bench.bucket, "own.bin", cutInto(own, [16 * MIB, MIB]));
    bench.landing.write({ "other.bin": other, "own.bin": own });
    assertDownloaded(await bench.download(), { unchanged: 2 });
    bench.assertAsked(["ListObjectsV2", "HeadObject other.bin", "HeadObject other.bin part 1"]);
  });

  it("replaces a file through no link, and leaves those beside it", async () => {
    await bench.put({ "a/b/c.txt": "new" });
    bench.landing.write({ "a/b/c.txt": "old", "a/b/d.txt": "d", "a/e.txt": "e" });
    assertDownloaded(await bench.download(), { updated: 1, bytes: 3 });
    assert.deepEqual(bench.landing.read(), { "a/b/c.txt": "new", "a/b/d.txt": "d", "a/e.txt": "e" });
  });

  it("stops at a folder where a file belongs, and at a file where a folder does, and goes on with the rest", async () => {
    await bench.put({ "a.txt": "a", "file/below.txt": "b", folder: "f" });
    bench.landing.write({ file: "x", "folder/y.txt": "y" });
    const result = await bench.download();
    const { path } = bench.landing;
    assertFailedWith(
      { ...result, issues: [...result.issues].sort((a, b) => (a.message < b.message ? -1 : 1)) },
      [
        `file/below.txt was not downloaded: ${join(path, "file")} is a file where a folder is needed. Remove it, or choose another folder. [path-taken]`,
        `folder was not downloaded: there is a folder of the same name: ${join(path, "folder")}. Remove or rename that folder, or choose another target folder. [path-taken]`,
      ],
      { new: 1, bytes: 1 },
    );
    assert.deepEqual(bench.landing.read(), { "a.txt": "a", file: "x", "folder/y.txt": "y" });
  });
});
