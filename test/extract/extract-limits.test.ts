import assert from "node:assert/strict";
import { ExtractMeter, NameMeter } from "../../src/extract/extract-limits.ts";

describe("The limits of an archive", () => {
  it("allow a million entries, and not one more", () => {
    const meter = new ExtractMeter({ maxBytes: 1 }, 1);
    for (let entry = 0; entry < 1_000_000; entry++) meter.beginEntry("a", 0);
    assert.throws(() => meter.beginEntry("one more", 0), { message: /^it has more than 1,000,000 entries, / });
  });

  it("allow as many bytes as the limit, and not one more", () => {
    const meter = new ExtractMeter({ maxBytes: 1000 }, 1);
    meter.beginEntry("a", 600);
    meter.addFileBytes(1000);
    assert.throws(() => meter.addFileBytes(1), /^ArchiveError: its files have more than 0\.000001 GB, .*entry a\)/);
  });

  it("allow names of 100,000,000 characters, and not one more", () => {
    const meter = new NameMeter();
    const name = "n".repeat(4_000);
    for (let entry = 0; entry < 25_000; entry++) meter.add(name);
    assert.throws(() => meter.add("n"), {
      code: "archive-too-large",
      message: /^the names of its entries have more than 100,000,000 characters\. /,
    });
  });
});
