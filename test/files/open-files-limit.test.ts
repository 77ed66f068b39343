import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFilesLimit } from "../../src/files/open-files-limit.ts";

describe("the limit of open files", () => {
  const folder = mkdtempSync(join(tmpdir(), "limits-"));
  after(() => rmSync(folder, { recursive: true }));

  const limits: [title: string, line: string, expected: number | undefined][] = [
    ["is the soft one", "Max open files            256                  4096                 files     ", 256],
    [
      "is none where there is none",
      "Max open files            unlimited            unlimited            files     ",
      undefined,
    ],
    [
      "is none where the system does not tell",
      "Max cpu time              unlimited            unlimited            seconds   ",
      undefined,
    ],
  ];
  for (const [title, line, expected] of limits) {
    it(title, () => {
      const file = join(folder, "limits");
      writeFileSync(file, `Limit                     Soft Limit           Hard Limit           Units     \n${line}\n`);
      assert.equal(openFilesLimit(file), expected);
    });
  }

  it("is none on systems without such a file", () => {
    assert.equal(openFilesLimit(join(folder, "missing")), undefined);
  });
});
