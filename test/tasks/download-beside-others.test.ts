import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { assertDownloaded, downloadBench } from "./download-bench.ts";
import { assertFailed, assertSucceeded } from "./step-result.ts";
import { ENDED_PID, temporaryNameOf } from "./temporary-names.ts";
import { unprivilegedNode } from "./unprivileged-node.ts";

const ALL = { deleteExtra: "true", maxDelete: "100%" };

describe("AwsS3Download, into a folder that holds what is none of its concern,", () => {
  const bench = downloadBench();

  const runs: readonly [title: string, inputs: Record<string, string>, counts: object][] = [
    ["downloads", {}, { new: 1, updated: 1, bytes: 5 }],
    ["downloads everything again", { overwrite: "always" }, { new: 1, updated: 1, bytes: 5 }],
    ["downloads what is missing", { overwrite: "never" }, { new: 1, unchanged: 1, bytes: 2 }],
    ["downloads one object", { sourceFolder: "in/b.txt" }, { new: 1, bytes: 2 }],
    ["downloads by a pattern", { globExpressions: "a.*" }, { updated: 1, bytes: 3 }],
    ["shows what it would do", { dryRun: "true" }, { new: 1, updated: 1, bytes: 5 }],
    ["flattens folders", { flattenFolders: "true" }, { new: 1, updated: 1, bytes: 5 }],
  ];
  for (const [title, inputs, counts] of runs) {
    it(`${title} beside a folder that is closed to it`, async function () {
      const nodePath = unprivilegedNode(bench.landing.outside);
      if (nodePath === undefined) this.skip();
      await bench.put({ "in/a.txt": "new", "in/b.txt": "bb" });
      bench.landing.write({ "a.txt": "o", "closed/x": "x" });
      const closed = join(bench.landing.path, "closed");
      chmodSync(closed, 0o000);
      const result = await bench.download({ sourceFolder: "in", ...inputs }, { nodePath });
      chmodSync(closed, 0o755);
      assertDownloaded(result, counts);
    });

    it(`${title} beside names that are not valid UTF-8, pipes and broken links`, async function () {
      if (process.platform !== "linux") this.skip();
      await bench.put({ "in/a.txt": "new", "in/b.txt": "bb" });
      bench.landing.write({ "a.txt": "o" });
      const name = Buffer.concat([Buffer.from(join(bench.landing.path, "f")), Buffer.from([0xff])]);
      writeFileSync(name, "x");
      assertDownloaded(await bench.download({ sourceFolder: "in", ...inputs }), counts);
      assert.ok(existsSync(name));
      rmSync(name);
    });
  }

  it("downloads while files come and go beside, and while it looks for extra ones", async () => {
    await bench.put({ "in/a.txt": "a" });
    mkdirSync(join(bench.landing.path, "busy"), { recursive: true });
    for (const inputs of [{}, ALL]) {
      let round = 0;
      const churn = setInterval(() => {
        const name = join(bench.landing.path, "busy", `${round++ % 50}.tmp`);
        try {
          mkdirSync(dirname(name), { recursive: true });
          if (existsSync(name)) rmSync(name);
          else writeFileSync(name, "x");
        } catch {
          // The step was sooner: with deleteExtra it removes files and the empty folder, too.
        }
      }, 1);
      const result = await bench.download({ sourceFolder: "in", ...inputs }).finally(() => clearInterval(churn));
      assertSucceeded(result);
    }
    assert.equal(bench.landing.read()["a.txt"], "a");
  });

  it("replaces files in a folder whose names it may not list", async function () {
    const nodePath = unprivilegedNode(bench.landing.outside);
    if (nodePath === undefined) this.skip();
    await bench.put({ "a/b.txt": "new", "a/same.txt": "same" });
    bench.landing.write({ "a/b.txt": "o", "a/same.txt": "same" });
    const folder = join(bench.landing.path, "a");
    chmodSync(folder, 0o333);
    const result = await bench.download({}, { nodePath });
    chmodSync(folder, 0o755);
    assertDownloaded(result, { updated: 1, unchanged: 1, bytes: 3 });
  });

  it("looks for extra files in folders that the patterns cover, and nowhere else", async function () {
    const nodePath = unprivilegedNode(bench.landing.outside);
    if (nodePath === undefined) this.skip();
    await bench.put({ "dist/a.txt": "a" });
    bench.landing.write({ "dist/old.txt": "old", "closed/x": "x" });
    const closed = join(bench.landing.path, "closed");
    chmodSync(closed, 0o000);
    const refused = await bench.download(ALL, { nodePath });
    const narrow = await bench.download({ ...ALL, globExpressions: "dist/**" }, { nodePath });
    const excluding = await bench.download({ ...ALL, globExpressions: "**\n!closed/" }, { nodePath });
    chmodSync(closed, 0o755);
    assertFailed(refused, [
      `targetFolder: closed cannot be read: EACCES: permission denied, scandir '${closed}'. Check that the agent's user has access there. [file-access-denied]`,
    ]);
    assertDownloaded(narrow, { new: 1, deleted: 1, bytes: 1 });
    assertDownloaded(excluding, { unchanged: 1 });
  });

  it("clears what a killed run left in the folders on its way", async () => {
    const gone = temporaryNameOf(ENDED_PID);
    await bench.put({ "a/b.txt": "b", "c/d.txt": "d" });
    bench.landing.write({ [gone]: "", [`a/${gone}`]: "", [`other/${gone}`]: "", "c/d.txt": "d" });
    assertDownloaded(await bench.download({ dryRun: "true" }), { new: 1, unchanged: 1, bytes: 1 });
    assert.ok(`a/${gone}` in bench.landing.read());
    assertDownloaded(await bench.download(), { new: 1, unchanged: 1, bytes: 1 });
    assert.deepEqual(Object.keys(bench.landing.read()), ["a/b.txt", "c/d.txt", `other/${gone}`]);
  });
});
