import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { assertDone, assertFailed, assertOutcome, uploadBench } from "./upload-bench.ts";
import { SourceFolder } from "./upload-step.ts";

const NOTHING =
  "globExpressions: no file matches. Check the patterns and sourceFolder, and that an earlier step created the files. [no-files-found]";

describe("AwsS3Upload, flattenFolders", () => {
  const bench = uploadBench();

  it("puts all files into one folder, and compares them there", async () => {
    bench.source.write({ "z/a.txt": "a", "m/n/b.txt": "b", "c.txt": "c" });
    const inputs = { flattenFolders: "true", targetFolder: "p" };
    assertDone(await bench.upload(inputs), { uploaded: 3, bytes: 3 });
    assert.deepEqual(await bench.contents(), { "p/a.txt": "a", "p/b.txt": "b", "p/c.txt": "c" });
    bench.source.write({ "z/a.txt": "other" });
    const result = await bench.upload(inputs);
    assertDone(result, { updated: 1, unchanged: 2, bytes: 5 });
    assert.deepEqual(
      bench.planOf(result).actions.map(({ path, key, action }) => `${action} ${path} ${key}`),
      ["upload z/a.txt p/a.txt", "leave m/n/b.txt p/b.txt", "leave c.txt p/c.txt"],
    );
  });

  it("fails before anything is sent where files would get the same key, and names both", async () => {
    bench.source.write({ "a.txt": "", "x/a.txt": "", "y/a.txt": "", "b/b.txt": "", "c.txt": "" });
    assertFailed(await bench.upload({ flattenFolders: "true", targetFolder: "p" }), [
      "flattenFolders: a.txt, x/a.txt, y/a.txt would all become p/a.txt. Exclude all but one with a pattern, or do not flatten folders. [file-names-in-conflict]",
    ]);
    assert.deepEqual(await bench.keys(), []);
    assertDone(await bench.upload({ flattenFolders: "true", globExpressions: "**\n!?/a.txt" }), { uploaded: 3 });
    assertDone(await bench.upload({ targetFolder: "q" }), { uploaded: 5 });
  });
});

describe("AwsS3Upload, shard", () => {
  const bench = uploadBench();
  const job = (position: number, total: number) => ({
    variables: { "System.TotalJobsInPhase": `${total}`, "System.JobPositionInPhase": `${position}` },
  });

  for (const total of [2, 3, 4]) {
    it(`${total} jobs together upload everything, each file once`, async () => {
      const files = Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [`${index % 7}/ü ${index}.txt`, `content ${index}`]),
      );
      bench.source.write(files);
      const uploaded: string[] = [];
      for (let position = 1; position <= total; position++) {
        const result = await bench.upload({ shard: "true" }, job(position, total));
        assert.equal(result.result, "Succeeded", result.log.join("\n"));
        const own = bench.planOf(result).actions.map(({ key }) => key);
        assert.equal(result.outputVariables.filesUploaded?.value, String(own.length));
        assert.ok(own.length >= 60 / total / 2, `job ${position} has ${own.length}`);
        uploaded.push(...own);
      }
      assert.deepEqual(uploaded.sort(), Object.keys(files).sort());
      assert.deepEqual(await bench.contents(), latin1(files));
      // A later step with all of the files has nothing to do but to delete.
      await bench.put("old.txt");
      assertDone(await bench.upload({ deleteExtra: "true" }), { unchanged: 60, deleted: 1 });
    });
  }

  it("changes nothing in a job that runs once", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b" });
    assertDone(await bench.upload({ shard: "true" }), { uploaded: 2, bytes: 2 });
    assertDone(await bench.upload({ shard: "false" }, job(2, 4)), { unchanged: 2 });
  });

  it("is content with a share that is empty", async () => {
    bench.source.write({ "a.txt": "a" });
    const results = [];
    for (const position of [1, 2]) results.push(await bench.upload({ shard: "true" }, job(position, 2)));
    assert.deepEqual(
      results.map(({ result, outputVariables }) => [result, outputVariables.filesUploaded?.value]).sort(),
      [
        ["Succeeded", "0"],
        ["Succeeded", "1"],
      ],
    );
  });

  it("fails where the agent does not say which job this is", async () => {
    bench.source.write({ "a.txt": "a" });
    assertFailed(await bench.upload({ shard: "true" }, job(0, 4)), [
      "shard: the agent does not say which of the parallel jobs this is (System.JobPositionInPhase). Use it in a job with strategy: parallel, or set it to false. [parallel-job-unknown]",
    ]);
  });
});

describe("AwsS3Upload, ifNoFilesFound", () => {
  const bench = uploadBench();
  const none = { globExpressions: "*.none" };
  beforeEach(() => bench.source.write({ "a.txt": "a" }));

  it("error is the default, and asks the server nothing", async () => {
    assertFailed(await bench.upload(none), [NOTHING]);
    assertFailed(await bench.upload({ ...none, ifNoFilesFound: "error", deleteExtra: "true" }), [NOTHING]);
    bench.assertOperations({});
  });

  it("warn goes on with a warning", async () => {
    const result = await bench.upload({ ...none, ifNoFilesFound: "warn" });
    assertOutcome(result, { result: "Succeeded", warnings: [NOTHING] });
    assert.equal(result.outputVariables.filesUploaded?.value, "0");
    assert.deepEqual(bench.planOf(result).actions, []);
  });

  it("ignore goes on without a word", async () => {
    assertDone(await bench.upload({ ...none, ifNoFilesFound: "ignore" }), {});
  });

  it("an empty folder is no file", async () => {
    const empty = new SourceFolder();
    mkdirSync(join(empty.path, "sub"));
    assertFailed(await bench.upload({ sourceFolder: empty.path }), [NOTHING]);
    empty.remove();
  });
});

describe("AwsS3Upload, followSymlinks", () => {
  const bench = uploadBench();
  const outside = new SourceFolder().write({ "secret.txt": "secret" });
  after(() => outside.remove());
  beforeEach(() => {
    bench.source.write({ "real/a.txt": "a", "real/deep/b.txt": "b" });
    const links = {
      "file.txt": "real/a.txt",
      folder: "real/deep",
      "real/deep/loop": "..",
      broken: "nowhere",
      leaving: outside.path,
      "leaving.txt": join(outside.path, "secret.txt"),
      self: "self",
    };
    for (const [name, to] of Object.entries(links)) symlinkSync(to, join(bench.source.path, name));
  });

  it("true sends what links lead to inside the folder; loops are cut, and the others are warnings that name them", async () => {
    assertOutcome(await bench.upload(), {
      result: "Succeeded",
      warnings: [
        "broken is skipped: the link leads nowhere (ENOENT). [file-skipped]",
        "leaving is skipped: the link leads out of the source folder. [file-skipped]",
        "leaving.txt is skipped: the link leads out of the source folder. [file-skipped]",
        "self is skipped: the link leads nowhere (ELOOP). [file-skipped]",
        "folder/loop/deep/loop is skipped: the link leads back to a folder that contains it. [file-skipped]",
        "real/deep/loop is skipped: the link leads back to a folder that contains it. [file-skipped]",
      ],
      counts: { uploaded: 6, bytes: 6 },
    });
    assert.deepEqual(await bench.contents(), {
      "file.txt": "a",
      "folder/b.txt": "b",
      "folder/loop/a.txt": "a",
      "folder/loop/deep/b.txt": "b",
      "real/a.txt": "a",
      "real/deep/b.txt": "b",
    });
  });

  it("false leaves all links out, without a word", async () => {
    assertDone(await bench.upload({ followSymlinks: "false" }), { uploaded: 2, bytes: 2 });
    assert.deepEqual(await bench.contents(), { "real/a.txt": "a", "real/deep/b.txt": "b" });
  });

  it("warns of the first 50 only", async () => {
    for (let index = 0; index < 60; index++) symlinkSync("nowhere", join(bench.source.path, `many-${index}`));
    const result = await bench.upload({ globExpressions: "many-*\nfile.txt" });
    const warnings = result.issues.map(({ message }) => message);
    assert.deepEqual([result.result, warnings.length], ["Succeeded", 51]);
    assert.equal(warnings.at(-1), "Further skipped files are not listed. [file-skipped]");
  });
});

/** As `contents` gives bytes: a character each. */
function latin1(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files)
      .map(([key, text]) => [key, Buffer.from(text).toString("latin1")] as const)
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
}
