import assert from "node:assert/strict";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { printed } from "../../src/errors/coded-message.ts";
import { publishBench } from "./publish-bench.ts";

describe("an asset that was refused", function () {
  this.timeout(60_000);
  const bench = publishBench();

  for (const { what, removals, keepRemovedDays } of [
    { what: "is stored when it is published again after a publish without it", removals: 1, keepRemovedDays: 7 },
    { what: "is stored after several publishes without it", removals: 3, keepRemovedDays: 7 },
    { what: "is stored where assets are kept for no day", removals: 1, keepRemovedDays: 0 },
  ]) {
    it(what, async () => {
      const place = await bench.newPlace({ "index.html": "home", "logo.svg": "old" }, { keepRemovedDays });
      await place.publish();
      place.edit({ "logo.svg": "new" });
      const fault = bench.target.server.addFault({
        match: { operation: "PutObject", key: "logo.svg" },
        action: { kind: "status", status: 403, code: "AccessDenied" },
      });
      const refused = await place.publish();
      fault.remove();
      assert.equal(refused.report?.errors.length, 1);
      place.edit({ "logo.svg": undefined });
      for (let times = 0; times < removals; times++) await place.publish();
      assert.equal(await place.text("logo.svg"), "old");
      bench.target.server.clearRequests();
      await place.publish();
      const writes = bench.target.server.requests.filter(({ operation }) => operation === "PutObject");
      if (removals > 1) assert.deepEqual(writes, [], "what is pending is written once");
      place.edit({ "logo.svg": "new" });
      const { report } = await place.publish();
      assert.deepEqual([report?.errors, await place.text("logo.svg")], [[], "new"]);
    });
  }
});

describe("a publish whose folder for compressed files", function () {
  this.timeout(60_000);
  const bench = publishBench();
  const errorsOf = async (between: (scratchFolder: string) => Promise<void>) => {
    const place = await bench.newPlace({ "index.html": "home ".repeat(1000) }, { compress: "gzip" });
    const { report } = await place.publish({}, { between });
    return report?.errors
      .map(printed)
      .map((error) => error.replaceAll(/ (?:\/|[A-Z]:\\)\S*publish-scratch-\w+/g, " FOLDER"));
  };

  it("has no space left says so, and names it", async function () {
    if (process.platform !== "linux") this.skip();
    const advice = "Free space on its disk, or give the agent a larger one, and run the step again";
    assert.deepEqual(await errorsOf(async (folder) => symlinkSync("/dev/full", join(folder, "0"))), [
      `index.html was not uploaded: The agent's temporary folder FOLDER cannot be written to: ENOSPC: no space left on device, write. ${advice}. [disk-full]`,
    ]);
  });

  it("is gone says so, and names it", async () => {
    const [error = ""] = (await errorsOf(async (folder) => rmSync(folder, { recursive: true }))) ?? [];
    assert.match(
      error,
      /^The agent's temporary folder FOLDER cannot be written to: ENOENT: .*\. Make sure that it exists and that the agent's user may write into it, and run the step again \[file-not-found\]$/,
    );
  });
});
