import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { FaultRule } from "../../local/s3/server.ts";
import { MANIFEST, publishBench } from "./publish-bench.ts";
import { denied } from "./upload-bench.ts";

/** What keeps the new logo from the bucket, or its publish from being told. */
const MISHAPS: Readonly<Record<string, readonly FaultRule[]>> = {
  "its PUT is refused": [{ match: { operation: "PutObject", key: "logo.svg" }, action: denied }],
  "a later file is refused, when it is stored": [
    { match: { operation: "PutObject", key: "index.html" }, action: denied },
  ],
  "no manifest can be written any more": [
    { match: { operation: "PutObject", key: MANIFEST }, after: 1, action: denied },
  ],
  "the store is too busy for it": [
    {
      match: { operation: "PutObject", key: "logo.svg" },
      action: { kind: "status", status: 400, code: "InvalidArgument" },
    },
  ],
};

describe("AwsS3PublishSite, an asset that is published, taken away and published again,", () => {
  const bench = publishBench("embedded");
  const publish = async () => (await bench.publish({ verify: "false", concurrency: "1" })).result;

  for (const [what, faults] of Object.entries(MISHAPS)) {
    it(`has the bytes of the site after a publish in which ${what}`, async () => {
      bench.source.write({ "index.html": "1", "logo.svg": "old" });
      assert.equal(await publish(), "Succeeded");
      bench.source.write({ "index.html": "2", "logo.svg": "new" });
      const active = faults.map((rule) => bench.addFault(rule));
      assert.equal(await publish(), "Failed");
      for (const fault of active) fault.remove();
      rmSync(join(bench.source.path, "logo.svg"));
      assert.equal(await publish(), "Succeeded");
      bench.source.write({ "logo.svg": "new" });
      assert.equal(await publish(), "Succeeded");
      assert.deepEqual(await bench.contents().then(({ [MANIFEST]: _, ...site }) => site), {
        "index.html": "2",
        "logo.svg": "new",
      });
    });
  }
});
