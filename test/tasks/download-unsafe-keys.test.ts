import assert from "node:assert/strict";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertDownloaded, assertFailedWith, downloadBench } from "./download-bench.ts";
import { assertFailed } from "./step-result.ts";

const OUT = "Exclude it with a pattern (globExpressions).";

describe("AwsS3Download, given keys that are no paths,", () => {
  const bench = downloadBench("embedded");

  const refused: readonly [title: string, keys: readonly string[], reason: string][] = [
    [
      "that lead up",
      ["in/../../up.txt", "in/a/../b", "in/.."],
      'it has ".." between slashes, which means the folder above',
    ],
    ["with a dot for a name", ["in/./a", "in/a/."], 'it has "." between slashes, which means the same folder'],
    ["with empty names", ["in//etc/passwd", "in/a//b"], "it starts or ends with a slash, or has two slashes in a row"],
    [
      "with names that no disk takes",
      [`in/${"n".repeat(256)}`],
      "the name of a file or folder in it has more than 255 bytes",
    ],
    [
      "that a later run would remove as leftovers",
      ["in/.s3-99999999-0123abcd0.part/data.txt", "in/a.s3/.S3-0123abcd-1-0123abcd0.part"],
      "the name of a file or folder in it is that of a temporary file of this task",
    ],
    ["of folders that hold something", ["in/folder/"], "it ends in /, and has 4 bytes"],
  ];
  for (const [title, keys, reason] of refused) {
    it(`refuses ones ${title}, names them, and downloads nothing`, async () => {
      for (const key of [...keys, "in/fine.txt"]) await bench.put({ [key]: "evil" });
      bench.landing.write({ "kept.txt": "kept", "../outside.txt": "outside" });
      const result = await bench.download({ sourceFolder: "in", deleteExtra: "true", maxDelete: "100%" });
      assertFailedWith(
        result,
        [...keys]
          .sort()
          .map((key) => `sourceFolder: ${key} cannot become a file: ${reason}. ${OUT} [file-name-not-supported]`),
      );
      assert.deepEqual(bench.landing.readOutside(), { "outside.txt": "outside", "target/kept.txt": "kept" });
      assert.deepEqual(
        bench.requests.filter(({ operation }) => operation !== "ListObjectsV2" && operation !== "HeadObject"),
        [],
      );
    });
  }

  it("refuses the marker of the source itself where it holds something, and has a way around it", async () => {
    await bench.put({ "in/": "evil", "in/a.txt": "a", "in/b/c.txt": "c" });
    assertFailedWith(await bench.download({ sourceFolder: "in" }), [
      "sourceFolder: in/ cannot become a file: it ends in /, and has 4 bytes. Delete it, or enter the folder above with the patterns name/?* and name/*/**. [file-name-not-supported]",
    ]);
    assertDownloaded(await bench.download({ globExpressions: "in/?*\nin/*/**" }), { new: 2, bytes: 2 });
    assert.deepEqual(bench.landing.read(), { "in/a.txt": "a", "in/b/c.txt": "c" });
  });

  it("leaves them out with a pattern", async () => {
    await bench.put({ "in/../up.txt": "evil", "in/fine.txt": "fine", "in/a//b": "empty" });
    assertDownloaded(
      await bench.download({
        sourceFolder: "in",
        globExpressions: "**\n!*/up.txt\n!a/",
      }),
      { new: 1, bytes: 4 },
    );
    assert.deepEqual(bench.landing.readOutside(), { "target/fine.txt": "fine" });
  });

  it("refuses a file and a folder of one name, and names both", async () => {
    await bench.put({ "in/a": "file", "in/a-": "between", "in/a/b": "in the folder", "in/c": "file", "in/c/": "" });
    assertFailedWith(await bench.download({ sourceFolder: "in" }), [
      `sourceFolder: in/a and in/a/b cannot both exist on this disk. ${OUT} [file-names-in-conflict]`,
      `sourceFolder: in/c and in/c/ cannot both exist on this disk. ${OUT} [file-names-in-conflict]`,
    ]);
    assert.deepEqual(bench.landing.readOutside(), {});
  });

  it("refuses a file and a folder of one name once, however much the folder holds", async () => {
    const below = Array.from({ length: 120 }, (_, index) => [`in/a/${String(index).padStart(3, "0")}`, "below"]);
    await bench.put({ "in/a": "file", "in/b": "file", "in/b/": "", "in/b/c": "c", ...Object.fromEntries(below) });
    assertFailedWith(await bench.download({ sourceFolder: "in" }), [
      `sourceFolder: in/a and 120 keys below it (in/a/000, in/a/001, in/a/002, …) cannot both exist on this disk. ${OUT} [file-names-in-conflict]`,
      `sourceFolder: in/b and 2 keys below it (in/b/, in/b/c) cannot both exist on this disk. ${OUT} [file-names-in-conflict]`,
    ]);
    assertDownloaded(await bench.download({ sourceFolder: "in", globExpressions: "**\n!a/\n!b" }), {
      new: 2,
      bytes: 5,
    });
    assert.deepEqual(bench.landing.read(), { a: "file", "b/c": "c" });
  });

  it("refuses objects that would become one file when folders are flattened, and names them", async () => {
    await bench.put({ "a/x.txt": "1", "b/c/x.txt": "2", "a/y.txt": "3", "b/y.txt": "3", "x.txt": "4" });
    assertFailedWith(await bench.download({ flattenFolders: "true" }), [
      "flattenFolders: a/x.txt, b/c/x.txt, x.txt would all become x.txt. Exclude all but one with a pattern, or do not flatten folders. [file-names-in-conflict]",
      "flattenFolders: a/y.txt, b/y.txt would all become y.txt. Exclude all but one with a pattern, or do not flatten folders. [file-names-in-conflict]",
    ]);
    assert.deepEqual(bench.landing.readOutside(), {});
  });

  it("makes folders of folder markers", async () => {
    await bench.put({ "in/": "", "in/empty/": "", "in/full/": "", "in/full/a.txt": "a", "in/deep/er/": "" });
    assertDownloaded(await bench.download({ sourceFolder: "in" }), { new: 1, bytes: 1 });
    assert.deepEqual(bench.landing.read(), { "deep/er/": "", "empty/": "", "full/a.txt": "a" });
    const again = await bench.download({ sourceFolder: "in" });
    assertDownloaded(again, { unchanged: 1 });
    assert.ok(again.log.includes(`Nothing to do: 1 file unchanged in ${bench.landing.path}`), again.log.join("\n"));
  });

  it("takes a key that is an absolute path as one below the target", async () => {
    await bench.put({ "/etc/passwd": "evil" });
    assertFailedWith(await bench.download(), [
      `sourceFolder: /etc/passwd cannot become a file: it starts or ends with a slash, or has two slashes in a row. ${OUT} Or include it with a pattern that starts with /, for example /etc/passwd. [file-name-not-supported]`,
    ]);
    assertDownloaded(await bench.download({ globExpressions: "/etc/**" }), { new: 1, bytes: 4 });
    assert.deepEqual(bench.landing.readOutside(), { "target/etc/passwd": "evil" });
  });

  it("makes folders of folder markers among keys that are absolute paths", async () => {
    await bench.put({ "/z/": "", "/a.txt": "a", "b.txt": "b" });
    assertDownloaded(await bench.download({ globExpressions: "**\n/**" }), { new: 2, bytes: 2 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "a", "b.txt": "b", "z/": "" });
  });

  it("takes a NUL for what it is", async () => {
    await bench.put({ "a\0b.txt": "evil" });
    assertFailed(await bench.download(), [
      `sourceFolder: a\\u{0}b.txt cannot become a file: it has a NUL character. ${OUT} [file-name-not-supported]`,
    ]);
  });
});

describe("AwsS3Download, where links stand in the target,", () => {
  if (process.platform === "win32") return;
  const bench = downloadBench("embedded");
  const link = (path: string, leadsTo: string) => {
    mkdirSync(bench.landing.path, { recursive: true });
    symlinkSync(leadsTo, join(bench.landing.path, path));
  };
  beforeEach(() => {
    bench.landing.write({ "../outside/secret.txt": "secret" });
  });

  it("never follows one out of it, and goes on with the rest", async () => {
    await bench.put({ "out/secret.txt": "evil", "out/new/deep.txt": "evil", "fine.txt": "fine" });
    link("out", "../outside");
    const path = join(bench.landing.path, "out");
    const error = `${path} is a symbolic link that leads out of the target folder, to ${join(bench.landing.outside, "outside")}. Remove it, or choose another folder. [path-taken]`;
    const result = await bench.download();
    assertFailedWith(
      { ...result, issues: [...result.issues].sort((a, b) => (a.message < b.message ? -1 : 1)) },
      ["out/new/deep.txt", "out/secret.txt"].map((name) => `${name} was not downloaded: ${error}`),
      { new: 1, bytes: 4 },
    );
    assert.deepEqual(bench.landing.readOutside(), {
      "outside/secret.txt": "secret",
      "target/fine.txt": "fine",
      "target/out": "→ ../outside",
    });
  });

  it("replaces one that stands where a file belongs, and not what it leads to", async () => {
    await bench.put({ "a.txt": "new a", "b.txt": "secret", "c.txt": "new c" });
    link("a.txt", "../outside/secret.txt");
    link("b.txt", "../outside/secret.txt");
    link("c.txt", "nowhere");
    assertDownloaded(await bench.download(), { updated: 3, bytes: 16 });
    assert.deepEqual(bench.landing.readOutside(), {
      "outside/secret.txt": "secret",
      "target/a.txt": "new a",
      "target/b.txt": "secret",
      "target/c.txt": "new c",
    });
  });

  it("leaves one where it is never to overwrite", async () => {
    await bench.put({ "a.txt": "new" });
    link("a.txt", "nowhere");
    assertDownloaded(await bench.download({ overwrite: "never" }), { unchanged: 1 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "→ nowhere" });
  });

  it("makes no folder where one leads nowhere", async () => {
    await bench.put({ "gone/a.txt": "a" });
    link("gone", "../outside/nowhere");
    assertFailed(await bench.download(), [
      `gone/a.txt was not downloaded: ${join(bench.landing.path, "gone")} is a symbolic link that leads nowhere. Remove it, or choose another folder. [path-taken]`,
    ]);
    assert.deepEqual(bench.landing.readOutside(), {
      "outside/secret.txt": "secret",
      "target/gone": "→ ../outside/nowhere",
    });
  });

  it("sees through one that stays inside what it would overwrite", async () => {
    await bench.put({ "current/a.txt": "new", "current/b.txt": "b" });
    bench.landing.write({ "releases/1/a.txt": "old" });
    link("current", "releases/1");
    assertDownloaded(await bench.download({ overwrite: "never" }), { new: 1, unchanged: 1, bytes: 1 });
    assertDownloaded(await bench.download(), { updated: 1, unchanged: 1, bytes: 3 });
    assertDownloaded(await bench.download(), { unchanged: 2 });
    assert.deepEqual(bench.landing.read(), {
      current: "→ releases/1",
      "releases/1/a.txt": "new",
      "releases/1/b.txt": "b",
    });
  });

  describe("put there while a file comes,", () => {
    /** Puts a link in a folder's place when the object's request has come, and only then lets the server answer. */
    const exchangeDuring = async (key: string, folder: string, inputs: Record<string, string> = {}) => {
      let answer = () => {};
      const until = new Promise<void>((resolve) => {
        answer = resolve;
      });
      bench.fault({ operation: "GetObject", key }, { kind: "wait", until }, { times: 1 });
      const watch = setInterval(() => {
        if (!bench.server.requests.some((request) => request.key === key)) return;
        clearInterval(watch);
        renameSync(join(bench.landing.path, folder), join(bench.landing.outside, "before"));
        link(folder, "../outside");
        answer();
      }, 10);
      return bench.download(inputs).finally(() => clearInterval(watch));
    };
    const exchanged = (folder: string) =>
      `${join(bench.landing.path, folder)} was replaced by another process during this step, and now leads to ${join(bench.landing.outside, "outside")}. Nothing was written or deleted there. Find the process that changes the target folder, and run the step again when it has ended. [folder-exchanged]`;

    it("has no file written into it", async () => {
      await bench.put({ "docs/secret.txt": "evil" });
      bench.landing.write({ "docs/secret.txt": "old" });
      assertFailedWith(await exchangeDuring("docs/secret.txt", "docs"), [
        `docs/secret.txt was not downloaded: ${exchanged("docs")}`,
      ]);
      assert.deepEqual(bench.landing.readOutside(), {
        "before/secret.txt": "old",
        "outside/secret.txt": "secret",
        "target/docs": "→ ../outside",
      });
    });

    it("has no extra file deleted behind it", async () => {
      await bench.put({ "a.txt": "a" });
      bench.landing.write({ "extra/secret.txt": "extra" });
      const result = await exchangeDuring("a.txt", "extra", { deleteExtra: "true", maxDelete: "100%" });
      const error = `extra/secret.txt was not deleted: ${exchanged("extra")}`;
      assertFailedWith(result, [error], { new: 1, bytes: 1 });
      assert.deepEqual(bench.landing.readOutside(), {
        "before/secret.txt": "extra",
        "outside/secret.txt": "secret",
        "target/a.txt": "a",
        "target/extra": "→ ../outside",
      });
    });
  });

  it("takes one away as extra, and never what it leads to", async () => {
    await bench.put({ "a.txt": "a", "linked/b.txt": "b" });
    bench.landing.write({ "inside/kept.txt": "x" });
    link("out", "../outside");
    link("linked", "inside");
    link("file.txt", "../outside/secret.txt");
    const inputs = { deleteExtra: "true", maxDelete: "100%", globExpressions: "**\n!inside/" };
    assertDownloaded(await bench.download(inputs), { new: 2, deleted: 3, bytes: 2 });
    assert.deepEqual(bench.landing.readOutside(), {
      "outside/secret.txt": "secret",
      "target/a.txt": "a",
      "target/inside/kept.txt": "x",
      "target/linked/b.txt": "b",
    });
  });

  it("may itself be one, and stands behind others", async () => {
    await bench.put({ "a.txt": "a" });
    writeFileSync(join(bench.landing.outside, "note.txt"), "");
    symlinkSync("outside", join(bench.landing.outside, "target"));
    assertDownloaded(await bench.download(), { new: 1, bytes: 1 });
    assert.deepEqual(bench.landing.readOutside(), {
      "note.txt": "",
      "outside/a.txt": "a",
      "outside/secret.txt": "secret",
      target: "→ outside",
    });
  });
});
