import assert from "node:assert/strict";
import { chmodSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assertDone, assertFailed, outcomeOf, uploadBench } from "../tasks/upload-bench.ts";
import { holdFile, runWithCtrlC } from "./ctrl-c.ts";

describe("AwsS3Upload on Windows", () => {
  const bench = uploadBench("embedded");

  it("has the same keys for every spelling of the source folder", async () => {
    bench.source.write({ "sub/a.txt": "a", ".git/config": "secret", "Sub2/\u00e4 b.txt": "b" });
    const path = realpathSync.native(bench.source.path);
    assertDone(await bench.upload({ sourceFolder: path, targetFolder: "rel\\1.2" }), { uploaded: 2, bytes: 2 });
    assert.deepEqual(await bench.keys(), ["rel/1.2/Sub2/\u00e4 b.txt", "rel/1.2/sub/a.txt"]);
    for (const sourceFolder of [path.toLowerCase(), path.replaceAll("\\", "/"), `\\\\?\\${path}`, `${path}\\`]) {
      assertDone(await bench.upload({ sourceFolder, targetFolder: "rel/1.2" }), { unchanged: 2 });
      const globExpressions = `${sourceFolder}\\sub\\**`.replaceAll("\\", "/").replaceAll("//", "/");
      if (!sourceFolder.startsWith("\\")) {
        assertDone(await bench.upload({ sourceFolder, targetFolder: "rel/1.2", globExpressions }), { unchanged: 1 });
      }
    }
  });

  it("takes lines that end in CRLF, in every input that has lines", async () => {
    bench.source.write({ "a.txt": "a", "b.html": "b", "App.PDB": "p" });
    const result = await bench.upload({
      globExpressions: "# files\r\n**\r\n!**/*.pdb\r\n",
      ignoreCase: "true",
      headers: "*.HTML\r\n  Cache-Control: no-cache\r\n  Content-Language: de\r\n",
      metadata: "build=7\r\nbranch=main\r\n",
      tags: "team=web\r\n",
    });
    assertDone(result, { uploaded: 2, bytes: 2 });
    const { CacheControl, ContentLanguage, Metadata } = await bench.head("b.html");
    assert.deepEqual([CacheControl, ContentLanguage, Metadata], ["no-cache", "de", { build: "7", branch: "main" }]);
  });

  it("refuses an input that the agent has cut off", async () => {
    bench.source.write({ "a.txt": "a" });
    const globExpressions = Array(3_277).fill("assets/**").join("\n").slice(0, 32_766);
    assertFailed(await bench.upload({ globExpressions }), [
      "globExpressions: it has 32,766 characters or more. Agents on Windows cut longer inputs off without a message, so the task accepts at most 32,765. Shorten it, for example with patterns that match more at once, or use several steps. [input-too-long]",
    ]);
    assert.deepEqual(await bench.keys(), []);
  });

  it("reads read-only files, and waits for those that another program has open", async () => {
    bench.source.write({ "a.txt": "a", "held.txt": "held", "large.bin": "x".repeat(3_000_000) });
    chmodSync(join(bench.source.path, "a.txt"), 0o444);
    const names = ["held.txt", "large.bin"];
    const hold = () => Promise.all(names.map((name) => holdFile(join(bench.source.path, name), 4_000)));
    let held = await hold();
    assertDone(await bench.upload(), { uploaded: 3, bytes: 3_000_005 });
    await Promise.all(held.map(({ released }) => released));
    held = await hold();
    assertDone(await bench.upload(), { unchanged: 3 });
    await Promise.all(held.map(({ released }) => released));
    chmodSync(join(bench.source.path, "a.txt"), 0o666);
  });

  it("ends as cancelled by Ctrl-C", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b" });
    bench.addFault({ match: { operation: "PutObject", bucket: bench.bucket, key: "b.txt" }, action: { kind: "hang" } });
    const cancel = new AbortController();
    const running = bench.upload({}, { runProcess: runWithCtrlC, cancel: cancel.signal });
    while (!(await bench.keys()).includes("a.txt")) await sleep(50);
    cancel.abort();
    const result = await running;
    assert.equal(outcomeOf(result).result, "Canceled", result.log.join("\n"));
    assert.match(result.log.join("\n"), /The step was cancelled: 1 of 2 actions are done/);
  });
});
