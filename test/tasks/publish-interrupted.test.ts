import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { FILE_FOR_THREADS_BYTES, HeldDigests } from "./held-digests.ts";
import { MANIFEST, publishBench } from "./publish-bench.ts";
import { KILLED, StepProcess } from "./publish-process.ts";
import { assertDone, denied, outcomeOf } from "./upload-bench.ts";

describe("AwsS3PublishSite, after a publish that was killed,", () => {
  const bench = publishBench("embedded");
  const release = (number: number) => {
    rmSync(bench.source.path, { recursive: true });
    bench.source.write({ "index.html": `needs ${number}.css`, [`${number}.css`]: `${number}` });
    return { keepRemovedDays: "0", verify: "false" };
  };

  /** Publishes, and kills the task when all is stored and the manifest does not tell of it yet. */
  async function killAtTheEnd(inputs: Record<string, string>): Promise<void> {
    const task = new StepProcess(bench.workFolder, "killed");
    // The manifest is written before anything is stored, and once more to see whether the store looks at conditions.
    const fault = bench.addFault({
      match: { operation: "PutObject", key: MANIFEST },
      after: 2,
      action: { kind: "hang" },
    });
    const watch = setInterval(() => {
      if (fault.hits > 0) task.signal("SIGKILL");
    }, 5);
    const { exitCode } = await bench.publish(inputs, task.step);
    clearInterval(watch);
    fault.remove();
    assert.equal(exitCode, KILLED);
  }

  it("keeps what the site needs that was live until just now, though an earlier publish did without it", async () => {
    await bench.publish(release(1));
    await bench.publish(release(2));
    await killAtTheEnd(release(1));
    assert.equal((await bench.contents())["index.html"], "needs 1.css");
    assertDone(await bench.publish(release(3)), { uploaded: 1, updated: 1, bytes: 12 });
    assert.deepEqual(await bench.keys(), ["1.css", "2.css", "3.css", "index.html"]);
    assertDone(await bench.publish(release(3)), { unchanged: 2, deleted: 2 });
    assert.deepEqual(await bench.keys(), ["3.css", "index.html"]);
  });

  it("takes away what the killed one had stored and no site needs", async () => {
    await bench.publish(release(1));
    await killAtTheEnd(release(2));
    assert.equal((await bench.contents())["index.html"], "needs 2.css");
    await bench.publish(release(1));
    assert.deepEqual(await bench.keys(), ["1.css", "2.css", "index.html"]);
    await bench.publish(release(1));
    assert.deepEqual(await bench.keys(), ["1.css", "index.html"]);
  });
});

describe("AwsS3PublishSite, cancelled,", () => {
  const bench = publishBench("embedded");

  it("tells in its outputs and its plan file what it has done until then", async () => {
    bench.source.write({ "index.html": "home", "about.html": "about", "style.css": "p {}" });
    const cancel = new AbortController();
    const fault = bench.addFault({ match: { operation: "PutObject", key: "about.html" }, action: { kind: "hang" } });
    const watch = setInterval(() => {
      if (fault.hits > 0) cancel.abort();
    }, 5);
    const result = await bench.publish({ verify: "false" }, { cancel: cancel.signal });
    clearInterval(watch);
    fault.remove();
    const { errors, counts } = outcomeOf(result);
    const message =
      "The step was cancelled. The site still works: every page has all its assets, old or new. Run the step again to publish the rest. [cancelled]";
    assert.ok(errors?.includes(message), errors?.join("\n"));
    assert.deepEqual(counts, { uploaded: 1, bytes: 4 });
    assert.deepEqual(
      bench.planOf(result).actions.map(({ key, status }) => `${key}: ${status}`),
      ["style.css: done", "about.html: notDone", "index.html: notDone"],
    );
  });
});

describe("AwsS3PublishSite, cancelled while it reads a large file,", () => {
  const bench = publishBench("embedded");

  it("ends at once, and says that nothing was changed", async () => {
    bench.source.write({ "index.html": "home", "large.bin": Buffer.alloc(FILE_FOR_THREADS_BYTES) });
    const held = new HeldDigests(bench.workFolder);
    // Of a bucket that does not exist yet, nothing is read meanwhile.
    const bucketName = `${bench.bucket}-new`;
    const result = await bench.publish({ bucketName, configureWebsite: "true", verify: "false" }, held.step);
    assert.ok(held.haveBegun);
    assert.deepEqual([result.result, result.exitCode], ["Canceled", 0]);
    const message = "The step was cancelled while it compared files and objects. No file and no object was changed";
    assert.ok(
      result.issues.some((issue) => issue.message.startsWith(message)),
      result.log.join("\n"),
    );
  });
});

describe("AwsS3PublishSite, after a publish that could not delete,", () => {
  const bench = publishBench("embedded");
  const inputs = { keepRemovedDays: "0", maxDelete: "100%", verify: "false" };

  it("takes pages away at once, and what they need with the publish after that", async () => {
    bench.source.write({ "index.html": "home", "news.html": "needs news.css", "news.css": "css" });
    await bench.publish(inputs);
    for (const path of ["news.html", "news.css"]) rmSync(join(bench.source.path, path));
    const refused = await bench.during({ operation: "DeleteObjects" }, denied, () => bench.publish(inputs));
    assert.equal(refused.result, "Failed");
    assertDone(await bench.publish(inputs), { unchanged: 1, deleted: 1 });
    assert.deepEqual(await bench.keys(), ["index.html", "news.css"]);
    assertDone(await bench.publish(inputs), { unchanged: 1, deleted: 1 });
    assert.deepEqual(await bench.keys(), ["index.html"]);
  });
});
