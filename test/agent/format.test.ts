import assert from "node:assert/strict";
import { formatSeconds } from "../../src/agent/format.ts";
import { formatBytes } from "../../src/errors/byte-size.ts";
import { formatCount } from "../../src/errors/counts.ts";

describe("figures for people", () => {
  it("show sizes in thousands", () => {
    const sizes = [0, 999, 1000, 1500, 999_949, 999_951, 53_100_000, 5 * 1024 ** 3, 4e15];
    const shown = ["0 B", "999 B", "1.0 KB", "1.5 KB", "999.9 KB", "1.0 MB", "53.1 MB", "5.4 GB", "4000.0 TB"];
    assert.deepEqual(sizes.map(formatBytes), shown);
  });
  it("show counts in groups", () => assert.deepEqual([7, 1240, 2e6].map(formatCount), ["7", "1,240", "2,000,000"]));
  it("show durations", () => {
    assert.deepEqual([0.04, 9.94, 12.4, 59.4, 185].map(formatSeconds), [
      "0.04 s",
      "9.9 s",
      "12 s",
      "59 s",
      "3 min 5 s",
    ]);
  });
});
