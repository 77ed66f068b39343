import assert from "node:assert/strict";
import { report } from "../../scripts/servers/report.ts";

describe("the report on tests against real servers", () => {
  it("lists every run, every skipped part with its reason, and the sum on its last line", () => {
    const runs = [
      { suite: "everything", server: "embedded", node: "20.20.2", passed: 100, failed: 0, skipped: 2, minutes: "4.5" },
      { suite: "s3", server: "versitygw 1.8.0", node: "24.18.1", passed: 9, failed: 1, skipped: 0, minutes: "10.0" },
    ];
    const skippedParts = [{ part: "radosgw", reason: "not installed; get it with: sudo apt-get install radosgw" }];
    assert.equal(
      report(runs, skippedParts),
      `suite       server           node     passed  failed  skipped  minutes
everything  embedded         20.20.2  100     0       2        4.5
s3          versitygw 1.8.0  24.18.1  9       1       0        10.0
Skipped radosgw: not installed; get it with: sudo apt-get install radosgw
109 passed, 1 failed, 3 skipped`,
    );
  });
});
