import assert from "node:assert/strict";
import { type PublishResult, publishBench } from "../publish-bench.ts";

const SITE = { "index.html": "home", "about.html": "about", "logo.svg": "<svg/>" };

describe("the log of a publish", function () {
  this.timeout(60_000);
  const bench = publishBench();

  it("tells that objects stay where no manifest says whose they are", async () => {
    const place = await bench.newPlace(SITE);
    await place.put("one.html", "somebody else's");
    await place.put("two.html", "somebody else's");
    await place.put("logo.svg", "somebody else's");
    assert.deepEqual(told(await place.publish()), [
      "There is no manifest of an earlier publish. Other objects in this place are kept: 2 objects",
    ]);
    assert.deepEqual(told(await place.publish()), []);
  });

  it("tells what stays for open tabs", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    place.edit({ "logo.svg": undefined });
    assert.deepEqual(told(await place.publish()), [
      "Kept for open tabs: 1 asset that the site no longer has, 7 days after their removal",
    ]);
  });

  it("tells that nothing was deleted and why, and the next time that an earlier publish ended early", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    place.edit({ "about.html": undefined, "index.html": "home 2" });
    const fault = bench.target.server.addFault({
      match: { operation: "PutObject", key: "index.html" },
      action: { kind: "status", status: 403, code: "AccessDenied" },
    });
    const failed = await place.publish({}, { runName: "run 7 (build id 70)", now: () => Date.UTC(2026, 0, 2) });
    fault.remove();
    assert.deepEqual(told(failed), ["Nothing was deleted, because an earlier part of the step failed"]);
    assert.deepEqual(told(await place.publish()), [
      "The previous publish did not complete, or is still running: run 7 (build id 70), at 2026-01-02T00:00:00.000Z. This one completes it",
    ]);
    assert.deepEqual(told(await place.publish()), []);
  });
});

/** Without what is told of the store. */
function told({ log }: PublishResult): string[] {
  return log.filter((line) => !line.startsWith("warning: "));
}
